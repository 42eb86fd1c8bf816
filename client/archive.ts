import { type History, historyFromJSON, type Payload } from '@temporalio/common/lib/proto-utils.js'
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
  ExternalStorageRunner,
} from '@temporalio/common/lib/internal-non-workflow/index.js'
import { CancelledFailure, TerminatedFailure, TimeoutFailure, TimeoutType } from '@temporalio/common'
import { historyPrefix } from '../store/history-key.ts'
import { type Server } from './server.ts'

/** What reads kept runs: no server is asked. */
export type Archive = Pick<Server, 'store' | 'converter'>

/** The kept histories of a run that has ended, oldest execution first; none when it was not archived. */
export async function archivedHistories({ store }: Pick<Archive, 'store'>, run: string): Promise<History[]> {
  const histories: History[] = []
  for (const key of await store.keys(historyPrefix(run))) {
    const ref = await store.resolve(key)
    if (ref) histories.push(historyFromJSON(JSON.parse(await store.text(ref.sha256))))
  }
  const startOf = ({ events }: History) => Number(String(events?.[0]?.eventTime?.seconds ?? 0)) + (events?.[0]?.eventTime?.nanos ?? 0) / 1e9
  return histories.sort((a, b) => startOf(a) - startOf(b))
}

/** What a kept run ended with: the value it returned, or the error; undefined when it was not archived. */
export async function archivedEnd(server: Archive, run: string): Promise<{ value?: unknown; failure?: Error } | undefined> {
  const last = (await archivedHistories(server, run)).at(-1)?.events?.at(-1)
  return last && ((await endOf(server, last)) ?? { failure: new Error('the run was killed, or timed out') })
}

/** What the last event of a history says of the end of its run; undefined when it says of none. */
export async function endOf(
  archive: Archive,
  event: NonNullable<History['events']>[number],
): Promise<{ value?: unknown; failure?: Error } | undefined> {
  const completed = event.workflowExecutionCompletedEventAttributes
  if (completed) return { value: await decoded(archive, completed.result?.payloads) }
  const failed = event.workflowExecutionFailedEventAttributes
  const failure = failed?.failure && (await decodeOptionalFailureToOptionalError(archive.converter, failed.failure))
  if (failure) return { failure }
  const killed = event.workflowExecutionTerminatedEventAttributes
  if (killed) return { failure: new TerminatedFailure(killed.reason ?? '') }
  if (event.workflowExecutionCanceledEventAttributes) return { failure: new CancelledFailure('') }
  if (event.workflowExecutionTimedOutEventAttributes) return { failure: new TimeoutFailure('', undefined, TimeoutType.START_TO_CLOSE) }
  return undefined
}

/** The first of some payloads, through the converter; a large one is read from the artifact store. */
export async function decoded({ converter }: Pick<Archive, 'converter'>, payloads: Payload[] | null | undefined): Promise<unknown> {
  if (!payloads?.length) return undefined
  const whole = converter.externalStorage ? await new ExternalStorageRunner(converter.externalStorage).retrieve(payloads) : payloads
  return decodeFromPayloadsAtIndex(converter, 0, whole)
}
