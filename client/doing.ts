import { type OpenStage, type Status } from '../contract/messages.ts'
import { decoded } from './archive.ts'
import { type Server } from './server.ts'

/** Steps that are quicker than this are over before anybody has read what they do. */
const worthTelling = 1_500

/** The last line that the step in flight has told with its heartbeat: a test's output, an edit that is tried, a model's words. */
export async function doing(server: Server, run: string, { status, open }: Status): Promise<string | undefined> {
  if (status !== 'running' || !open.some(isLong)) return undefined
  const description = await server.workflows.getHandle(run).describe()
  for (const { heartbeatDetails } of description.raw.pendingActivities ?? []) {
    const told = await decoded(server, heartbeatDetails?.payloads)
    const tail = typeof told === 'object' && told !== null && 'tail' in told && typeof told.tail === 'string' ? told.tail : ''
    const line = tail.trimEnd().split('\n').at(-1)?.trim()
    if (line) return line
  }
  return undefined
}

function isLong({ kind, since }: OpenStage): boolean {
  return ['model', 'tool', 'verify'].includes(kind) && Date.now() - since > worthTelling
}
