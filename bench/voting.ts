import { randomUUID } from 'node:crypto'
import { type Client } from '@temporalio/client'
import { type Contender } from './contenders.ts'
import { historySize } from './history.ts'
import { voters } from './script.ts'

/** Votes asked for at once, and how often that is done. */
export const votes = 50
const repeats = 5

/** What one vote of 50 took, and what it would have taken if nothing but its slowest call took time. */
interface Ballot {
  milliseconds: number
  slowest: number
  events: number
}

/** Has 50 votes cast at once by a model that takes up to two seconds, several times; the first time doesn't count. */
export async function wideVoting(client: Client, { taskQueue }: Contender): Promise<Ballot[]> {
  const ballots: Ballot[] = []
  for (let lap = 0; lap <= repeats; lap++) {
    const limits = { concurrency: votes }
    const input = { question: 'Is it spam?', options: ['spam', 'fine'], votes, models: `openai/${voters}`, limits }
    const workflowId = `voting-${randomUUID().slice(-10)}`
    const before = performance.now()
    const handle = await client.workflow.start('voting', { taskQueue, workflowId, args: [input] })
    const { status } = (await handle.result()) as { status: string }
    const milliseconds = performance.now() - before
    if (status !== 'accepted') throw new Error(`The vote ended as ${status}: nothing was measured.`)
    const { events } = await historySize(client, workflowId, handle.firstExecutionRunId)
    if (lap > 0) ballots.push({ milliseconds, slowest: slowestVote, events })
  }
  return ballots
}

/** What the slowest of the scripted voters takes. */
export const slowestVote = 2_000

/** The votes as one line of a Markdown table. */
export function votingTable(ballots: Ballot[]): string {
  const over = ballots.map(({ milliseconds, slowest }) => milliseconds - slowest).toSorted((a, b) => a - b)
  const middle = over[Math.floor(over.length / 2)]!
  const [least, most] = [over[0]!, over.at(-1)!]
  const events = (ballots[0]!.events / votes).toFixed(1)
  const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(2)
  return [
    '| votes at once | slowest call, s | over it, s (spread) | goal | events per vote |',
    '| --- | --- | --- | --- | --- |',
    `| ${votes} | ${seconds(slowestVote)} | **${seconds(middle)}** (${seconds(least)} – ${seconds(most)}) | < 1 | ${events} |`,
  ].join('\n')
}
