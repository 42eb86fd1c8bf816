/** Where cases are kept; a prefix of every key that `caseKey` gives. */
export const casePrefix = 'case/'

/** The key of the case of one execution. A workflow id may hold any character, and may be used again. */
export function caseKey(workflowId: string, runId: string): string {
  return `${casePrefix}${encodeURIComponent(workflowId)}/${encodeURIComponent(runId)}`
}
