import { type History } from '@temporalio/common/lib/proto-utils.js'
import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { type TraceRecord } from '../../contract/trace.ts'
import { type Archive } from '../archive.ts'
import { activityRecord } from './activity-record.ts'
import { countCosts, readEnd } from './end-record.ts'
import { milliseconds } from './events.ts'
import { messageRecord } from './message-record.ts'
import { payload, type Read, readHappenings } from './reading.ts'
import { PreflightResult } from './shapes.ts'
import { type Setting } from './step.ts'

const Allows = z.object({ allowTestChanges: z.boolean().exactOptional(), allowRunnerCode: z.boolean().exactOptional() })
const Carried = z.looseObject({ preflight: PreflightResult })

/** Folds the histories of a run, oldest execution first, into its trace: the same histories and store always give the same records. */
export async function foldTrace(archive: Archive, run: string, histories: History[]): Promise<TraceRecord[]> {
  const started = histories[0]?.events?.[0]?.workflowExecutionStartedEventAttributes
  const [first, second] = started?.input?.payloads ?? []
  const input = ((first && (await payload(archive, [first]))) ?? null) as Json
  const read = await readHappenings(archive, histories)
  const facts = preflightOf(read, second && (await payload(archive, [second])))
  const end = await readEnd(archive, histories)
  const setting: Setting = {
    run,
    workflow: started?.workflowType?.name ?? 'unknown',
    open: end.record.status === 'open',
    prices: Object.fromEntries(Object.entries(facts?.models ?? {}).map(([model, { price }]) => [model, price])),
    sandbox: facts?.sandbox ?? 'unknown',
    allowed: Allows.safeParse(input).data ?? {},
    deciders: new Map(),
  }
  const records: TraceRecord[] = [
    {
      kind: 'run',
      run,
      workflow: setting.workflow,
      at: milliseconds(histories[0]?.events?.[0]?.eventTime),
      input,
      executions: histories.length,
      complete: !started?.continuedExecutionRunId,
      prices: setting.prices,
      sandbox: setting.sandbox,
      ...(facts?.policy ? { policy: facts.policy.hash } : {}),
      ...(facts?.tools ? { tools: facts.tools } : {}),
    },
  ]
  let execution = 1
  for (const one of read) {
    if (one.what === 'activity') records.push(await activityRecord(archive, one, setting))
    else if (one.what === 'message') records.push(messageRecord(one, end.certificate))
    else records.push({ kind: 'continued', at: one.at, execution: ++execution })
  }
  return [...records, { ...end.record, counted: countCosts(records) }]
}

/** What preflight found out: in the first execution its own result, in a later one what was handed on. */
function preflightOf(read: Read[], carried: unknown): PreflightResult | undefined {
  const preflight = read.find((one) => one.what === 'activity' && one.type === 'preflight')
  const found = PreflightResult.safeParse(preflight?.what === 'activity' ? preflight.result : undefined)
  return found.success ? found.data : Carried.safeParse(carried).data?.preflight
}
