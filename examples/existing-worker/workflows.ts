import { proxyActivities } from '@temporalio/workflow'
import type * as activities from './activities.mjs'

// Loopwright's own loop, startable by name beside what is here already.
export { testAndFix } from 'loopwright/workflows'

const { greeting } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' })

/** A workflow that was here before: it has no declaration, so nothing stands around it. */
export async function greet(name: string): Promise<string> {
  return greeting(name)
}
