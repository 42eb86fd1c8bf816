/**
 * Finds runs whose code fails in every workflow task, which Temporal tries again for ever with the status Running. The server marks them only when
 * `system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute` is set, as ours has it.
 */
export const stuckQuery = "ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"

/** From this try of a workflow task on a silent run counts as stuck: one that failed once may have met a worker that was being replaced. */
export const stuckFromTry = 2

/** How many of the newest events hold the failure: later failures of the same task are not written. */
export const newestEvents = 20

interface Event {
  workflowTaskFailedEventAttributes?: { cause?: number | null; failure?: { message?: string | null } | null } | null
}

/** UNHANDLED_COMMAND and FORCE_CLOSE_COMMAND: the server put the task off, because more came while it was under way. */
const overtaken = [1, 17]

/** Why a run is stuck, and what to do, in one sentence; undefined when none of its newest events says that its code failed. */
export function whyStuck(run: string, newestFirst: readonly Event[]): string | undefined {
  const failed = newestFirst.find((event) => event.workflowTaskFailedEventAttributes)
  if (failed === undefined) return undefined
  if (overtaken.includes(failed.workflowTaskFailedEventAttributes?.cause ?? 0))
    return 'more is said to it than it can hear at once; nothing is lost, and it goes on by itself when that becomes less'
  const [cause = ''] = (failed.workflowTaskFailedEventAttributes?.failure?.message ?? '').split('\n')
  return `its code fails again and again: ${cause.slice(0, 300) || 'no cause was given'}; nothing is lost, and it goes on by itself when a worker with mended code comes; look with: loopwright replay ${run}`
}
