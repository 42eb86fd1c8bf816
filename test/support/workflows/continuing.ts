import { condition, continueAsNew } from '@temporalio/workflow'

/** Continues as new until it has counted to zero. */
export async function continuing(left: number): Promise<string> {
  if (left > 0) await continueAsNew<typeof continuing>(left - 1)
  return 'done'
}

/** Never ends by itself. */
export async function waiting(): Promise<void> {
  await condition(() => false)
}
