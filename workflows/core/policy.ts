import { workflowInfo } from '@temporalio/workflow'
import { type Json } from '../../contract/json.ts'
import { builtIn, type Decided, denied } from '../../contract/policy/approval.ts'
import { type PolicyCall, roleOf } from '../../contract/policy/call.ts'
import { decide, type PolicyDecision } from '../../contract/policy/decide.ts'
import { addedBy, type Adding, uncountable, unused } from '../../contract/policy/limits.ts'
import { type Tool } from '../../contract/workspace.ts'
import { count, countTime } from './counting.ts'
import { policiesOf } from './pinned.ts'
import { structured } from './recall.ts'
import { currentRun } from './run.ts'
import { currentScope } from './scope.ts'
import { see, seenBy, usedBy } from './seen.ts'
import { workspaceAt } from './workspace.ts'

/** What the policies of a run say about a call, and what whoever acts is told of that. */
export interface Ruled extends PolicyDecision {
  call: PolicyCall
  decided: Decided
}

/** Decides a call by the policies that the run began under. */
export function ruleOn(tool: Tool, argument: { [key: string]: Json }): Ruled {
  const run = currentRun()
  const { workflow } = run
  const [seen, used] = [seenBy(run), usedBy(run)]
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
  return then === 'deny' ? denied(rule, why, policy) : undefined
}

/** Counts a call under its rules just before it is made, once for each path; says why not where meanwhile too much was done by one of them. */
export async function take({ counted, call, ...ruled }: Ruled, path: string, dollars?: number): Promise<string | undefined> {
  const run = currentRun()
  if (isTaken(path)) return undefined
  const microDollars = dollars === undefined ? undefined : Math.ceil(dollars * 1e6)
  const refuse = (rule: string, why: string) => denial({ ...ruled, counted, call, then: 'deny', rule, why })
  const adding: Adding[] = []
  for (const rule of counted) {
    const { name, limits = {} } = rule
    if (limits.dollars !== undefined && microDollars === undefined)
      return refuse(name, `the rule ${name} counts dollars, and the tool does not say what this costs`)
    const adds = addedBy(rule, call, microDollars)
    if (!adds) return refuse(name, uncountable(name))
    adding.push({ rule: name, limits, adds })
  }
  const over = adding.length > 0 ? await count(run, path, adding) : undefined
  if (over) return refuse(over.rule, over.why)
  if (counted.length > 0) run.state[takenKey(path)] = true
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
    const adds = { ...unused, milliseconds: Date.now() - since }
    const timing = counted.flatMap(({ name, limits }) => (limits?.minutes === undefined ? [] : [{ rule: name, limits, adds }]))
    if (timing.length > 0) await countTime(currentRun(), timing)
  }
}
