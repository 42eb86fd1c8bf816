import { type Inherited } from '../../contract/carried.ts'
import { type Used } from '../../contract/policy/call.ts'
import { tagsOf } from '../../contract/policy/decide.ts'
import { type Tool, type ToolTag } from '../../contract/workspace.ts'
import { policiesOf } from './pinned.ts'
import { structured } from './recall.ts'
import { type Run } from './run.ts'

/** What a run remembers for its policies. */
const seenKey = 'policy:seen'
const usedKey = 'policy:used'

/** What has been done by rules with limits, as far as this run knows: all of it, unless runs stand above it. */
export const usedBy = ({ state }: Run): Record<string, Used> => structured(state[usedKey] ?? {})

/** Remembers what has been done by rules with limits. */
export function keepUsed(run: Run, used: Record<string, Used>): void {
  if (Object.keys(used).length > 0) run.state[usedKey] = structured(used)
}

/** What this run has read, with those that it waited for and those above it when it began. */
export const seenBy = ({ state }: Run): ToolTag[] => structured(state[seenKey] ?? [])

/** Remembers what a tool brings in, by its tags. */
export function see(run: Run, tool: Pick<Tool, 'name' | 'class' | 'tags' | 'workspace' | 'own'>): void {
  hasRead(
    run,
    tagsOf(policiesOf(run), tool).filter((tag) => tag !== 'acts_outside'),
  )
}

/** Remembers what somebody has read whose words this run hears. */
export function hasRead(run: Run, read: ToolTag[] = []): void {
  const seen = seenBy(run)
  const fresh = read.filter((tag) => !seen.includes(tag))
  if (fresh.length > 0) run.state[seenKey] = [...seen, ...fresh]
}

/** What a run that begins below this one is told, if there is anything. */
export function inheritance(run: Run): { inherited?: Inherited } {
  const [read, used] = [seenBy(run), usedBy(run)]
  const inherited = { ...(read.length > 0 ? { read } : {}), ...(Object.keys(used).length > 0 ? { used } : {}) }
  return Object.keys(inherited).length > 0 ? { inherited } : {}
}

/** Takes over what the run above had read and done when this one began. */
export function inherit(run: Run, { read, used = {} }: Inherited): void {
  hasRead(run, read)
  keepUsed(run, used)
}

/** What the run above is told when this one ends. */
export function readForAbove(run: Run): { read?: ToolTag[] } {
  const read = run.depth > 0 ? seenBy(run) : []
  return read.length > 0 ? { read } : {}
}
