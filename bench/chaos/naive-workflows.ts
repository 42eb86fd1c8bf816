import { proxyActivities } from '@temporalio/workflow'

const { act } = proxyActivities<{ act(effect: { kind: string; text: string }): Promise<unknown> }>({ startToCloseTimeout: '4s' })

/** What most people write first: each effect an activity, with the retries that Temporal gives it. */
export async function naive({ effects }: { effects: { kind: string; text: string }[] }): Promise<void> {
  for (const effect of effects) await act(effect)
}
