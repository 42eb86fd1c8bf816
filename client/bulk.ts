import { type MessageName } from '../contract/messages.ts'
import { type Loopwright } from './connect.ts'
import { abreast, type Told } from './each.ts'
import { ClientProblem } from './problem.ts'
import { type RunSummary } from './summary.ts'

/** Which open runs are meant; what is left out is not asked for. */
export interface Where {
  status?: 'running' | 'waiting' | 'paused'
  workflow?: string
  /** What they wait for. */
  waiting?: NonNullable<RunSummary['waitingFor']>
  /** How their ids begin. */
  id?: string
}

/** What is done to each of several runs. */
export type Deed = { message: MessageName; content: object } | { stop: true } | { kill: string | undefined }

/** More than these are not told at once. */
const most = 1_000

/** The open runs that are meant, newest first. */
export async function meant(loopwright: Pick<Loopwright, 'list'>, { status, workflow, waiting, id }: Where = {}): Promise<string[]> {
  const { runs } = await loopwright.list({ status: status ?? 'open', limit: most, ...(workflow === undefined ? {} : { workflow }) })
  return runs
    .filter(({ run, waitingFor }) => (waiting === undefined || waitingFor === waiting) && (id === undefined || run.startsWith(id)))
    .map(({ run }) => run)
}

/** Does the same to several runs, a few at once, and says of each what came of it: one that fails hides no other. */
export async function* toEach(loopwright: Loopwright, runs: string[], deed: Deed): AsyncGenerator<Told, void, undefined> {
  yield* abreast(runs, async (run) => {
    try {
      return { run, ...(await done(loopwright, run, deed)) }
    } catch (error) {
      if (error instanceof ClientProblem && error.type === 'InvalidInput') throw error
      return { run, accepted: false, reason: error instanceof Error ? error.message : String(error) }
    }
  })
}

async function done(loopwright: Loopwright, run: string, deed: Deed): Promise<Omit<Told, 'run'>> {
  if ('message' in deed) return loopwright.send(run, deed.message, deed.content)
  if ('stop' in deed) await loopwright.stop(run)
  else await loopwright.kill(run, deed.kill)
  return { accepted: true }
}
