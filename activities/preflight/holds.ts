import { asyncLocalStorage, getClient } from '@temporalio/activity'
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { concerns, type Hold, switchboard } from '../../contract/holds.ts'
import { standingIn } from '../../contract/switches.ts'

const notFound = 5

/**
 * What is held now, as far as it can be about a run. Read from the server and not from its index, so that whoever holds something before this is heard; whoever does
 * so afterwards finds the run, which has begun by then.
 */
export async function standingHolds(run: { workflow: string; tenant?: string }): Promise<Hold[]> {
  // Outside an activity there is no server to ask.
  const client = asyncLocalStorage.getStore() && getClient().workflow
  if (!client) return []
  const { loadedDataConverter: converter } = client.options
  const standing = await standingIn(await eventsOf(client), (payloads) => decodeFromPayloadsAtIndex(converter, 0, payloads))
  return standing.filter((hold) => concerns(hold, run))
}

async function eventsOf(client: ReturnType<typeof getClient>['workflow']) {
  try {
    return (await client.getHandle(switchboard.workflowId).fetchHistory()).events ?? []
  } catch (error) {
    // Nobody has ever thrown a switch.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === notFound) return []
    throw error
  }
}
