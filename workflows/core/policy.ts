import { workflowInfo } from '@temporalio/workflow'
import { type Json } from '../../contract/json.ts'
import { builtIn, type Decided } from '../../contract/policy/approval.ts'
import { type PolicyCall, roleOf, type Used } from '../../contract/policy/call.ts'
import { decide, type PolicyDecision, tagsOf } from '../../contract/policy/decide.ts'
import { countedUnder, overLimit } from '../../contract/policy/limits.ts'
import { type Tool, type ToolTag } from '../../contract/workspace.ts'
import { policiesOf } from './pinned.ts'
import { structured } from './recall.ts'
import { currentRun, type Run } from './run.ts'
import { currentScope } from './scope.ts'
import { workspaceAt } from './workspace.ts'

/** What a run remembers for its policies: what it has read, and what it has done by rules with limits. */
const seenKey = 'policy:seen'
const usedKey = 'policy:used'

/** What the policies of a run say about a call, and what whoever acts is told of that. */
export interface Ruled extends PolicyDecision {
  call: PolicyCall
  decided: Decided
}

/** Decides a call by the policies that the run began under. */
export function ruleOn(tool: Tool, argument: { [key: string]: Json }): Ruled {
  const run = currentRun()
  const { state, workflow } = run
  const seen = (state[seenKey] ?? []) as ToolTag[]
  const used = (state[usedKey] ?? {}) as unknown as Record<string, Used>
  const allowRun = tool.workspace !== undefined && workspaceAt(tool.workspace).known.allowRun
  const call: PolicyCall = { tool, arguments: argument, workflow, role: roleOf(currentScope(run.root).path), allowRun, seen, used }
  const decision = decide(policiesOf(run), call)
  const policy = run.preflight?.policy?.hash
  return { ...decision, call, decided: { rule: decision.rule, ...(policy === undefined ? {} : { policy }) } }
}

/** As `ruleOn`, but what was decided once for a path stays decided when the run continues, whatever it has read or done since. */
export function ruleAt(path: string, tool: Tool, argument: { [key: string]: Json }): Ruled {
  const ruled = ruleOn(tool, argument)
  const { state } = currentRun()
  const key = `${path}/ruled`
  state[key] ??= structured({ then: ruled.then, rule: ruled.rule, why: ruled.why, asks: ruled.asks })
  const before = structured<Pick<Ruled, 'then' | 'rule' | 'why' | 'asks'>>(state[key])
  return { ...ruled, ...before, decided: { ...ruled.decided, rule: before.rule } }
}

/** What whoever started the run added to the policies, as the client put it beside the input. */
export function addedPolicy(): Json | undefined {
  return workflowInfo().memo?.['policy'] as Json | undefined
}

/** What a model reads of a call that the policies deny; undefined of every other. */
export function denial({ then, rule, why, decided: { policy = builtIn } }: Ruled): string | undefined {
  if (then !== 'deny') return undefined
  return `Denied by the rule ${rule} (policy ${policy.slice(0, 12)})${why === undefined ? '' : `: ${why}`}. Nothing was done.`
}

/** Counts a call under its rules just before it is made, once for each path; says why not where meanwhile too much was done by one of them. */
export function take({ counted, call, ...ruled }: Ruled, path: string, dollars?: number): string | undefined {
  const run = currentRun()
  if (isTaken(path)) return undefined
  const microDollars = dollars === undefined ? undefined : Math.ceil(dollars * 1e6)
  const used = structured<Record<string, Used>>(run.state[usedKey] ?? {})
  for (const rule of counted) {
    const unsaid = rule.limits?.dollars !== undefined && microDollars === undefined
    const why = unsaid ? `the rule ${rule.name} counts dollars, and the tool does not say what this costs` : undefined
    const over = why ?? overLimit(rule, { ...call, used }, microDollars)
    if (over !== undefined) return denial({ ...ruled, counted, call, then: 'deny', rule: rule.name, why: over })
    used[rule.name] = countedUnder(rule, { ...call, used }, microDollars)!
  }
  if (counted.length > 0) Object.assign(run.state, { [usedKey]: structured(used), [takenKey(path)]: true })
  see(run, call.tool)
  return undefined
}

const takenKey = (path: string) => `${path}/taken`
/** Whether a call has been counted already: the run has continued since. */
export const isTaken = (path: string): boolean => currentRun().state[takenKey(path)] === true

/** Counts the time of a call under its rules. */
export async function timed<T>({ counted }: Pick<Ruled, 'counted'>, work: () => Promise<T>): Promise<T> {
  const since = Date.now()
  try {
    return await work()
  } finally {
    const { state } = currentRun()
    const used = (state[usedKey] ?? {}) as unknown as Record<string, Used>
    for (const { name } of counted) if (used[name]) used[name].milliseconds += Date.now() - since
  }
}

function see(run: Run, tool: PolicyCall['tool']): void {
  const seen = (run.state[seenKey] ?? []) as ToolTag[]
  const read = tagsOf(policiesOf(run), tool).filter((tag) => tag !== 'acts_outside' && !seen.includes(tag))
  if (read.length > 0) run.state[seenKey] = [...seen, ...read]
}
