import { type PolicyCall, roleOf, type Used } from '../../contract/policy/call.ts'
import { decide, tagsOf } from '../../contract/policy/decide.ts'
import { addedBy, sum, unused } from '../../contract/policy/limits.ts'
import { type Policies, type PolicyVerdict } from '../../contract/policy/policy.ts'
import { builtinTools, isBuiltinTool } from '../../contract/tools.ts'
import { type ToolTag } from '../../contract/workspace.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { recordedCalls, type RecordedCall } from './recorded.ts'

/** A call of a recorded run that a candidate decides otherwise. */
export interface Difference extends RecordedCall {
  run: string
  now: PolicyVerdict
  rule: string
  why?: string
}

/** What a candidate would have said of recorded runs. */
export interface BackTest {
  runs: number
  calls: number
  /** `allow → deny` and so on, with how often; those that stay are among them. */
  counts: Record<string, number>
  differences: Difference[]
  /** Runs whose records could not be read, each with the reason. */
  unread: string[]
}

/** Decides every call of some recorded runs by a candidate; nothing is touched. */
export async function backTest(trace: (run: string) => Promise<TraceRecord[]>, runs: string[], candidate: Policies): Promise<BackTest> {
  const tested: BackTest = { runs: 0, calls: 0, counts: {}, differences: [], unread: [] }
  for (const run of runs) {
    const records = await trace(run).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    if (typeof records === 'string') tested.unread.push(`${run}: ${records}`)
    else testRun(tested, run, records, candidate)
  }
  return tested
}

function testRun(tested: BackTest, run: string, records: TraceRecord[], candidate: Policies): void {
  const about = records.find((record) => record.kind === 'run')
  if (!about) return
  tested.runs++
  let seen: ToolTag[] = []
  const used: Record<string, Used> = {}
  for (const recorded of recordedCalls(records)) {
    const call = { ...callOf(about, recorded), seen, used }
    const decision = decide(candidate, call, { whole: true })
    tested.calls++
    const change = `${recorded.was} → ${decision.then}`
    tested.counts[change] = (tested.counts[change] ?? 0) + 1
    const { then: now, rule, why } = decision
    if (now !== recorded.was) tested.differences.push({ ...recorded, run, now, rule, ...(why === undefined ? {} : { why }) })
    // What was done then is what the run had read and used; what is asked for now counts as agreed to.
    if (now === 'deny') continue
    for (const rule of decision.counted) used[rule.name] = sum(used[rule.name] ?? unused, addedBy(rule, call) ?? unused)
    seen = [...new Set([...seen, ...tagsOf(candidate, call.tool).filter((tag) => tag !== 'acts_outside')])]
  }
}

/** A recorded call as policies see it. */
function callOf({ workflow, input, tools = [] }: TraceOf<'run'>, { path, tool, arguments: given }: RecordedCall): PolicyCall {
  const own = tools.find(({ name }) => name === tool)
  const facts = isBuiltinTool(tool)
    ? { name: tool, class: builtinTools[tool].class, workspace: 'recorded' }
    : { name: tool, class: own?.class ?? ('once' as const), own: true as const, ...(own?.tags ? { tags: own.tags } : {}) }
  const allowRun = typeof input === 'object' && input !== null && !Array.isArray(input) && input['allowRun'] === true
  return { tool: facts, arguments: given, workflow, role: roleOf(path), allowRun }
}
