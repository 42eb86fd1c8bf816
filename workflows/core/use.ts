import { z } from 'zod'
import { digest } from '../../contract/digest.ts'
import { isRef, type Json } from '../../contract/json.ts'
import { type Decided } from '../../contract/policy/approval.ts'
import { type Tool, type UseCall, type UseResult } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { asked, type Perform, type Tried } from './asked.ts'
import { effect } from './effect.ts'
import { denial, ruleOn, take, timed } from './policy.ts'
import { road, waitUntil } from './road.ts'
import { currentRun } from './run.ts'
import { moveWorkspace, workspaceAt } from './workspace.ts'

/**
 * Uses a tool, as far as the run's policies let it. What the model should read about (bad arguments, a refusal, a failing command) is a result with `failed`; only what
 * nobody in the run can mend throws. Texts of a reading tool over `inlineBytes` (512) come as references.
 */
export async function use(
  tool: Tool,
  argument: { [key: string]: Json },
  { inlineBytes }: { inlineBytes?: number } = {},
): Promise<UseResult> {
  const text = `${tool.name} ${brief(argument)}`
  const refused = unfit(tool, argument)
  if (tool.own && tool.class !== 'read') return refused === undefined ? effect(tool, argument, text) : { text: refused, failed: true }
  const ruled = ruleOn(tool, argument)
  const perform: Perform = async (path, how, counted = path) => {
    const over = how.dry ? undefined : await take(ruled, counted)
    if (over !== undefined) return no(over)
    const result = await timed(ruled, () => useTool(path, text, tool, argument, { ...ruled.decided, ...how }, inlineBytes))
    return result.asks || result.changed ? { ...result, counted } : result
  }
  const repeatable = tool.class === 'read' || tool.class === 'content'
  const lost = repeatable ? undefined : unknown
  if (ruled.then === 'ask' && refused === undefined) return asked(tool, argument, text, ruled, perform, { unknown: lost })
  const step = {
    name: tool.name,
    kind: 'tool' as const,
    text,
    call: { tool: tool.name, argument },
    uses: { tool: tool.name },
    ...(repeatable ? {} : { unknown }),
  }
  const done = await road<Tried>(step, async (path) => {
    const refusal = refused ?? denial(ruled)
    return refusal === undefined ? perform(path, {}) : no(refusal)
  })
  return done.asks ? asked(tool, argument, text, done.asks, perform, { unknown: lost, counted: done.counted }) : done
}

const no = (text: string): UseResult => ({ text, failed: true })

async function useTool(
  path: string,
  text: string,
  tool: Tool,
  argument: { [key: string]: Json },
  how: Decided & Pick<UseCall, 'dry'>,
  inlineBytes?: number,
): Promise<UseResult> {
  const run = currentRun()
  const { minutes = 10 } = tool
  // Each word here stands in the history once per turn.
  const call = { tool: tool.name, arguments: argument, minutes, ...how, ...(inlineBytes === undefined ? {} : { inlineBytes }) }
  const perform = activities(path, { summary: text, minutes, once: tool.class === 'findable' || tool.class === 'once' })
  if (!tool.workspace) return perform.useTool({ run: run.id, stage: path, ...call })
  const { known, at } = workspaceAt(tool.workspace)
  const needed = {
    ...(tool.name === 'tests' || tool.name === 'repair' ? { test: known.test } : {}),
    ...(known.allowRun ? { allowRun: true } : {}),
  }
  if (tool.class === 'read') return perform.useTool({ ...call, workspace: at, ...needed })
  while (known.busy) await waitUntil(run, () => !known.busy)
  known.busy = true
  try {
    const result = await perform.useTool({ ...call, workspace: workspaceAt(tool.workspace).at, ...needed })
    if (!how.dry && result.commit && result.pack) moveWorkspace(tool.workspace, { commit: result.commit, pack: result.pack })
    return result
  } finally {
    known.busy = false
  }
}

/** What the model is told of a call that must not be made twice, when nobody knows whether it was made. */
function unknown(): UseResult {
  return { text: 'The call was begun and then cut off: nobody knows whether it did its work. Look before you do it again.', failed: true }
}

// A reference stands where a long string was; the activity checks the full arguments again.
const checks = new Map<string, z.ZodType>()
/** What is wrong with a tool's arguments, for the model. */
export function unfit(tool: Tool, argument: { [key: string]: Json }): string | undefined {
  const key = digest(tool.schema)
  const check = checks.get(key) ?? z.fromJSONSchema(tool.schema)
  checks.set(key, check)
  const parsed = check.safeParse(withoutReferences(argument))
  return parsed.success ? undefined : `The arguments do not fit ${tool.name}; nothing was done.\n${z.prettifyError(parsed.error)}`
}

function withoutReferences(argument: { [key: string]: Json }): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(argument).map(([key, value]) => [key, isRef(value) ? 'by reference' : value]))
}

function brief(argument: { [key: string]: Json }): string {
  const first = Object.values(argument).find((value) => typeof value === 'string')
  return typeof first === 'string' ? first.split('\n', 1)[0]!.slice(0, 80) : ''
}
