/** Where the histories of a run's executions are kept; a prefix of every key that `historyKey` gives for it. A workflow id may hold any character. */
export function historyPrefix(workflowId: string): string {
  return `history/${encodeURIComponent(workflowId)}/`
}

/** The key of one execution's history. */
export function historyKey(workflowId: string, runId: string): string {
  return `${historyPrefix(workflowId)}${encodeURIComponent(runId)}`
}
