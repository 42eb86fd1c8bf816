import { type Loopwright } from '../client/index.ts'
import { canonicalJson } from '../contract/digest.ts'
import { testAndFix } from '../contract/test-and-fix.ts'
import { type Interruption } from './interruption.ts'
import { follow } from './follow.ts'
import { type Session } from './session.ts'
import { exitCodes } from './usage.ts'

/** How long a pause may take to be heard before the worker is shut down all the same. */
const pauseMilliseconds = 5_000

/** Goes on with an unfinished run of the same input, else starts one; follows it, and pauses it on Ctrl-C. */
export async function repair(session: Session, input: Record<string, unknown>, interrupted: Interruption): Promise<number> {
  const { loopwright, printer } = session
  const unfinished = await findUnfinished(loopwright, input)
  const run = unfinished ?? (await loopwright.start<string>('testAndFix', input))
  printer.print({ kind: unfinished ? 'resumed' : 'started', run }, unfinished ? `goes on with ${run}` : run)
  if (unfinished) await loopwright.resume(run, {})
  return follow(session, run, { introduce: false, interrupted, leave: () => pause(session, run) })
}

/** A run that was not paused refuses to be resumed, which is as good. */
async function findUnfinished(loopwright: Loopwright, input: Record<string, unknown>): Promise<string | undefined> {
  const wanted = comparable(input)
  const { runs } = await loopwright.list({ workflow: 'testAndFix', limit: 1_000 })
  for (const { run, endedAt } of runs) {
    if (endedAt === undefined && wanted !== undefined && comparable(await loopwright.input(run)) === wanted) return run
  }
  return undefined
}

/** The input with its defaults filled in; inputs that are refused are never the same. */
function comparable(input: unknown): string | undefined {
  const parsed = testAndFix.input.safeParse(input)
  return parsed.success ? canonicalJson(parsed.data) : undefined
}

/** What is in flight is cancelled and done again after the pause: its worker is about to go. */
async function pause({ loopwright, printer }: Session, run: string): Promise<number> {
  printer.say('pausing …')
  const paused = loopwright.pause(run, { now: true }).catch(() => undefined)
  await Promise.race([paused, new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))])
  return exitCodes.interrupted
}
