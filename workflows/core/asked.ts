import { type Json } from '../../contract/json.ts'
import { type Asking } from '../../contract/policy/approval.ts'
import { type Tool, type UseCall, type UseResult } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { agreement, type Asked, everChanging, mostAgreements } from './agreement.ts'
import { group } from './group.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { workspaceAt } from './workspace.ts'

/** How a call is made: `approved` once a person has agreed; `dry` to show what would come of it. `counted`: the path under which the same call was counted before. */
export type Perform = (path: string, how: Pick<UseCall, 'approved' | 'dry'>, counted?: string) => Promise<Tried>

/** What came of trying a call; where nothing was done of it, the path under which it was counted. */
export type Tried = UseResult & { counted?: string }

/** Makes a call once a person has agreed to it: what it would change is shown, and when that is another change by then, they are asked again. */
export function asked(
  tool: Tool,
  argument: { [key: string]: Json },
  text: string,
  asking: Asking,
  perform: Perform,
  { unknown, counted: before }: { unknown?: (() => unknown) | undefined; counted?: string | undefined } = {},
): Promise<UseResult> {
  const call = { tool: tool.name, argument }
  return group<UseResult>({ name: tool.name, kind: 'tool', text, call }, async () => {
    for (let round = 0, counted = before; round < mostAgreements; round++) {
      const seen: Shown = tool.class === 'content' ? await shown(tool, text, call, perform) : {}
      if (seen.failed) return seen.failed
      const agreed = await agreement({ tool, argument, text, asking, prepared: seen.prepared })
      if ('refused' in agreed) return { text: agreed.refused, failed: true }
      const step = {
        name: 'do',
        kind: 'tool' as const,
        text,
        call: { ...call, ...agreed },
        uses: { tool: tool.name },
        ...(unknown ? { unknown } : {}),
      }
      const done = await road<Tried>(step, (path) => perform(path, agreed, counted))
      if (!done.changed) return done
      counted = done.counted
    }
    return { text: everChanging, failed: true }
  })
}

/** What came of it, or why nothing did. */
interface Shown {
  prepared?: Asked['prepared']
  failed?: UseResult
}

/** Does it without taking what it made: a tool that edits is as good as its commit. */
async function shown(tool: Tool, text: string, call: object, perform: Perform): Promise<Shown> {
  const step = { name: 'prepare', kind: 'tool' as const, text: `to be shown: ${text}`, call }
  const made = await road<UseResult>(step, (path) => perform(path, { dry: true }))
  const { commit, pack, tree } = made
  if (made.failed || !tool.workspace || commit === undefined || !pack || tree === undefined) return { failed: made }
  const patch = await road({ name: 'diff', kind: 'tool', text: 'taking the diff', call: { commit } }, (stage) => {
    const { at } = workspaceAt(tool.workspace!)
    return activities(stage).makePatch({ run: currentRun().id, stage, workspace: { ...at, base: at.commit, commit, pack } })
  })
  return { prepared: { show: JSON.parse(JSON.stringify(patch)) as Json, digest: tree } }
}
