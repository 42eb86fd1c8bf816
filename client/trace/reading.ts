import { type History } from '@temporalio/common/lib/proto-utils.js'
import { ApplicationFailure, type ProtoFailure } from '@temporalio/common'
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { isRef, type Json, type Ref, type Text } from '../../contract/json.ts'
import { type Quoted } from '../../contract/trace.ts'
import { ArtifactMissing } from '../../store/missing.ts'
import { type Archive, decoded } from '../archive.ts'
import { type ActivityEvents, type Happening, happenings, type MessageEvents } from './events.ts'

/** An activity with its payloads read; `undefined` where the store no longer has them. */
export interface Activity extends Omit<ActivityEvents, 'input' | 'result' | 'failure' | 'summary'> {
  summary: unknown
  input: unknown
  result: unknown
  error?: { type: string; message: string; detail: unknown } | undefined
}

/** A message with its content and its answer read. */
export interface Message extends Omit<MessageEvents, 'input' | 'answer' | 'refused'> {
  content: unknown
  answer: unknown
}

/** What happened, readable. */
export type Read = Activity | Message | { what: 'continued'; at: number }

/** So many happenings are read at once. */
const abreast = 16

/** Everything that happened in a run, in order, with every payload read. */
export async function readHappenings(archive: Archive, histories: History[]): Promise<Read[]> {
  const found = happenings(histories)
  const read: Read[] = []
  for (let from = 0; from < found.length; from += abreast) {
    read.push(...(await Promise.all(found.slice(from, from + abreast).map((happening) => readOne(archive, happening)))))
  }
  return read
}

async function readOne(archive: Archive, happening: Happening): Promise<Read> {
  if (happening.what === 'continued') return happening
  if (happening.what === 'message') {
    const { input, answer, refused, ...rest } = happening
    const error = await readFailure(archive, refused)
    const said = error ? { accepted: false, reason: error.message } : await payload(archive, answer)
    return { ...rest, content: await payload(archive, input), answer: said }
  }
  const { input, result, failure, summary, ...rest } = happening
  return {
    ...rest,
    summary: await payload(archive, summary),
    input: await payload(archive, input),
    result: await payload(archive, result),
    error: await readFailure(archive, failure),
  }
}

/** The first of some payloads; undefined when the store has lost it. */
export async function payload(archive: Archive, payloads: MessageEvents['input']): Promise<unknown> {
  return decoded(archive, payloads).catch(ifMissing(undefined))
}

async function readFailure({ converter }: Archive, failure: ProtoFailure | null | undefined): Promise<Activity['error']> {
  const error: Error | undefined = failure ? await decodeOptionalFailureToOptionalError(converter, failure) : undefined
  if (!error) return undefined
  if (!(error instanceof ApplicationFailure)) return { type: 'Lost', message: error.message, detail: undefined }
  return { type: error.type ?? 'Unknown', message: error.message, detail: error.details?.[0] }
}

/** The text of a reference, if the store has it. */
export async function quote({ store }: Pick<Archive, 'store'>, text: Text): Promise<Quoted> {
  if (typeof text === 'string') return text
  const { sha256, bytes }: Ref = text
  const found = await store.text(sha256).catch(ifMissing(undefined))
  return found === undefined ? { sha256, bytes, missing: true } : { sha256, bytes, text: found }
}

/** A value with the text of every reference inside it. */
export async function quoteAll(archive: Pick<Archive, 'store'>, value: Json): Promise<Json> {
  if (isRef(value)) return (await quote(archive, value)) as Json
  if (Array.isArray(value)) return Promise.all(value.map((item) => quoteAll(archive, item)))
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(async ([name, member]) => [name, await quoteAll(archive, member)] as const)
  return Object.fromEntries(await Promise.all(members))
}

/** Lets a missing artifact be a value instead of an error. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ArtifactMissing) return value
    throw error
  }
}
