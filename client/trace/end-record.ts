import { type History } from '@temporalio/common/lib/proto-utils.js'
import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { outcomeOf } from '../../contract/outcome.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { type Archive, endOf } from '../archive.ts'
import { readFailure } from '../failure.ts'
import { milliseconds } from './events.ts'
import { ifMissing, quoteAll } from './reading.ts'
import { Certificate } from './shapes.ts'

/** How the histories of a run end: its last record, but for what was counted, and the closing record where there is one. */
export interface End {
  record: Omit<TraceOf<'end'>, 'counted'>
  certificate?: Certificate
}

const AnyOutcome = outcomeOf(z.json())

/** Reads the end of a run from its last history. */
export async function readEnd(archive: Archive, histories: History[]): Promise<End> {
  const last = histories.at(-1)?.events?.at(-1)
  const ended = last && (await endOf(archive, last))
  if (!ended) return { record: { kind: 'end', status: 'open', why: 'The run had not ended when this was exported.' } }
  const at = milliseconds(last.eventTime)
  const outcome = AnyOutcome.safeParse(ended.value)
  if (!outcome.success) {
    if (!ended.failure) return { record: { kind: 'end', at, status: 'failed', why: 'It returned something that is not an outcome.' } }
    const { message: why, ...failure } = readFailure(ended.failure)
    return { record: { kind: 'end', at, status: 'failed', why, failure } }
  }
  const { value, best, certificate: ref, ...rest } = outcome.data
  const certificate = ref && (await readCertificate(archive, ref.sha256))
  return {
    record: {
      kind: 'end',
      at,
      ...rest,
      limits: certificate?.limits,
      value: value,
      best: best && (await quoteAll(archive, best as Json)),
      certificate: ref,
    },
    ...(certificate ? { certificate } : {}),
  }
}

/** A closing record; undefined when the store has lost it, or it is of another version. */
export async function readCertificate({ store }: Pick<Archive, 'store'>, sha256: string): Promise<Certificate | undefined> {
  const text = await store.text(sha256).catch(ifMissing(undefined))
  return text === undefined ? undefined : Certificate.safeParse(JSON.parse(text)).data
}

/** The sum of what the calls of a trace cost. */
export function countCosts(records: TraceRecord[]): TraceOf<'end'>['counted'] {
  const costs = records.flatMap((record) => (record.kind === 'model' ? [record.cost] : []))
  return {
    calls: costs.length,
    tokens: costs.reduce((sum, { input, output }) => sum + input + output, 0),
    microDollars: costs.reduce((sum, { microDollars }) => sum + (microDollars ?? 0), 0),
    unpriced: costs.filter(({ microDollars }) => microDollars === null).length,
  }
}
