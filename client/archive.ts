import { type History, historyFromJSON, type Payload } from '@temporalio/common/lib/proto-utils.js'
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
  ExternalStorageRunner,
} from '@temporalio/common/lib/internal-non-workflow/index.js'
import { historyPrefix } from '../store/history-key.ts'
import { type Server } from './server.ts'

/** The kept histories of a run that has ended, oldest execution first; none when it was not archived. */
export async function archivedHistories({ store }: Server, run: string): Promise<History[]> {
  const histories: History[] = []
  for (const key of await store.keys(historyPrefix(run))) {
    const ref = await store.resolve(key)
    if (ref) histories.push(historyFromJSON(JSON.parse(await store.text(ref.sha256))))
  }
  const startOf = ({ events }: History) => Number(String(events?.[0]?.eventTime?.seconds ?? 0)) + (events?.[0]?.eventTime?.nanos ?? 0) / 1e9
  return histories.sort((a, b) => startOf(a) - startOf(b))
}

/** What a kept run ended with: the value it returned, or the error; undefined when it was not archived. */
export async function archivedEnd(server: Server, run: string): Promise<{ value?: unknown; failure?: Error } | undefined> {
  const last = (await archivedHistories(server, run)).at(-1)?.events?.at(-1)
  if (!last) return undefined
  const completed = last.workflowExecutionCompletedEventAttributes
  if (completed) return { value: await decoded(server, completed.result?.payloads) }
  const failure = last.workflowExecutionFailedEventAttributes?.failure
  const error = failure && (await decodeOptionalFailureToOptionalError(server.converter, failure))
  return { failure: error ?? new Error('the run was killed, or timed out') }
}

/** The first of some payloads, through the converter; a large one is read from the artifact store. */
export async function decoded({ converter }: Server, payloads: Payload[] | null | undefined): Promise<unknown> {
  if (!payloads?.length) return undefined
  const whole = converter.externalStorage ? await new ExternalStorageRunner(converter.externalStorage).retrieve(payloads) : payloads
  return decodeFromPayloadsAtIndex(converter, 0, whole)
}
