import { effectId } from '../../contract/effects.ts'
import { type TestReport } from '../../contract/checks.ts'
import { verdictOf } from '../../contract/tests-verdict.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { type Archive } from '../archive.ts'
import { modelRecord } from './model-record.ts'
import { type Activity, quote, quoteAll } from './reading.ts'
import { ChildResult, PatchResult, TestsInput, TestsResult, ToolInput, ToolResult } from './shapes.ts'
import { decider, type Setting, stepOf, turnOf } from './step.ts'

/** The record of an activity; one of a kind that the trace does not know is a plain step. */
export async function activityRecord(archive: Archive, activity: Activity, setting: Setting): Promise<TraceRecord> {
  if (activity.type === 'callModel') {
    const record = await modelRecord(archive, activity, setting)
    const turn = turnOf(activity.id)
    if (record && turn !== undefined) setting.deciders.set(turn, record.model)
    return record ?? plain(activity, setting)
  }
  if (activity.type === 'useTool' || activity.type === 'performEffect')
    return (await toolRecord(archive, activity, setting)) ?? plain(activity, setting)
  if (activity.type === 'runTests') return testsRecord(activity, setting) ?? plain(activity, setting)
  if (activity.type === 'makePatch') return (await candidateRecord(archive, activity, setting)) ?? plain(activity, setting)
  return plain(activity, setting)
}

function plain(activity: Activity, { workflow }: Setting): TraceOf<'step'> {
  const ended = activity.type.startsWith('child ') ? ChildResult.safeParse(activity.result) : undefined
  const told = ended?.success ? `${ended.data.status}: ${ended.data.why}` : undefined
  const text = typeof activity.summary === 'string' ? activity.summary : told
  return { kind: 'step', ...stepOf(activity, { kind: 'rule', name: workflow }), what: activity.type, text }
}

async function toolRecord(archive: Archive, activity: Activity, setting: Setting): Promise<TraceOf<'tool'> | undefined> {
  const input = ToolInput.safeParse(activity.input)
  if (!input.success) return undefined
  const { tool, arguments: given, run, stage, effect, workspace, rule, policy, approved, dry } = input.data
  const result = ToolResult.safeParse(activity.result)
  const { text, failed, commit, happened, how } = result.success ? result.data : {}
  return {
    kind: 'tool',
    ...stepOf(activity, decider(activity.id, setting)),
    tool,
    arguments: await quoteAll(archive, given),
    effect: effect ?? effectId(run ?? setting.run, 0, stage ?? activity.id),
    rule,
    policy,
    dry,
    approved,
    result: text === undefined ? undefined : await quote(archive, text),
    failed,
    happened: happened && `${happened}: ${how}`,
    from: workspace?.commit,
    commit,
  }
}

function testsRecord(activity: Activity, { workflow, allowed }: Setting): TraceOf<'tests'> | undefined {
  const input = TestsInput.safeParse(activity.input)
  if (!input.success) return undefined
  const { command, workspace, baseline } = input.data
  const result = TestsResult.safeParse(activity.result)
  const report = result.success ? result.data : undefined
  // Only what the list of formats says differs: a later one is still shown.
  const verdict = report && verdictOf({ ...report, format: report.format as TestReport['format'] }, { tree: '' }, allowed)
  return {
    kind: 'tests',
    ...stepOf(activity, { kind: 'rule', name: workflow }),
    command,
    commit: workspace.commit,
    baseline: baseline === undefined,
    accepted: verdict?.accepted,
    objections: verdict?.objections,
    note: verdict?.note,
    counts: report?.counts,
    format: report?.format,
    exitCode: report?.exitCode,
    evidence: verdict?.evidence,
    tail: report?.tail,
    sandbox: report?.sandbox,
  }
}

async function candidateRecord(archive: Archive, activity: Activity, { workflow }: Setting): Promise<TraceOf<'candidate'> | undefined> {
  const result = PatchResult.safeParse(activity.result)
  if (!result.success) return undefined
  const { diff, ...patch } = result.data
  return { kind: 'candidate', ...stepOf(activity, { kind: 'rule', name: workflow }), ...patch, diff: await quote(archive, diff) }
}
