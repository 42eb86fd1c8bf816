import { ClientProblem } from './problem.ts'
import { historyPrefix } from '../store/history-key.ts'
import { noSuchRun } from './ended.ts'
import { type Server } from './server.ts'

/** Looked at before giving up; more would not be shown. */
const most = 6

/** The full id of the only run that starts with the prefix. */
export async function resolve(server: Server, prefix: string): Promise<string> {
  const exact = await server.workflows
    .getHandle(prefix)
    .describe()
    .catch(() => undefined)
  if (exact) return prefix
  const found = new Set<string>()
  const query = `WorkflowId STARTS_WITH '${prefix.replaceAll("'", '')}' AND ExecutionStatus != 'ContinuedAsNew'`
  for await (const { workflowId } of server.workflows.list({ query })) if (found.add(workflowId).size === most) break
  for (const run of await keptRuns(server.store, prefix)) if (found.size < most) found.add(run)
  return onlyOne(prefix, [...found].sort())
}

/** The kept runs whose id starts with a prefix. */
export async function keptRuns(store: Server['store'], prefix: string): Promise<string[]> {
  // Without a prefix this is every kept run.
  const keys = await store.keys(historyPrefix(prefix).slice(0, -1))
  return [...new Set(keys.map((key) => decodeURIComponent(key.split('/')[1] ?? '')))]
}

/** The only one of the runs that a prefix matches; an exact id beats longer ones. */
export function onlyOne(prefix: string, found: string[]): string {
  const [first] = found
  if (first === undefined) throw noSuchRun(prefix)
  if (found.length === 1 || found.includes(prefix)) return found.includes(prefix) ? prefix : first
  const shown = found.slice(0, most - 1).join(', ')
  const more = found.length >= most ? ' and more' : ''
  throw new ClientProblem('AmbiguousRun', `more than one run starts with ${prefix}: ${shown}${more}`, 'write more of the id')
}
