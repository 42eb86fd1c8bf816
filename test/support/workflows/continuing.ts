import { continueAsNew } from '@temporalio/workflow'

/** Continues as new until it has counted to zero. */
export async function continuing(left: number): Promise<string> {
  if (left > 0) await continueAsNew<typeof continuing>(left - 1)
  return 'done'
}

/** A workflow of somebody else on the same server. */
export async function foreign(): Promise<string> {
  return 'not ours'
}
