import { type Loopwright } from '../client/index.ts'
import { canonicalJson } from '../contract/digest.ts'
import { testAndFix } from '../contract/test-and-fix.ts'
import { type Interruption } from './interruption.ts'
import { follow } from './follow.ts'
import { type Session } from './session.ts'
import { exitCodes } from './usage.ts'

/** How a run of `npm start` ended. */
export interface Repaired {
  run: string
  /** The exit code of its outcome. */
  code: number
  /** Whether something was accepted that was not there before. */
  repaired: boolean
}

/** How long a pause may take to be heard before the worker is shut down all the same. */
const pauseMilliseconds = 5_000

/**
 * Goes on with the unfinished run of an input (the first of the list), else starts one, and follows it.
 * Ctrl-C pauses it and the unfinished ones after it.
 */
export async function repair(
  session: Session,
  input: Record<string, unknown>,
  unfinished: (string | undefined)[],
  interrupted: Interruption,
): Promise<Repaired> {
  const { loopwright, printer } = session
  const [own, ...later] = unfinished
  const run = own ?? (await loopwright.start<string>('testAndFix', input))
  printer.print({ kind: own ? 'resumed' : 'started', run }, own ? `goes on with ${run}` : run)
  if (own && (await loopwright.show(run)).status === 'paused') await loopwright.resume(run, {})
  const live = [run, ...later.filter((other) => other !== undefined)]
  const code = await follow(session, run, { introduce: false, interrupted, leave: () => pause(session, live) })
  const attempts = code === exitCodes.accepted ? (await loopwright.result(run)).spent.attempts : 0
  return { run, code, repaired: attempts > 0 }
}

/** For each input the newest run with the same input that has not ended. */
export async function findUnfinished(loopwright: Loopwright, inputs: Record<string, unknown>[]): Promise<(string | undefined)[]> {
  const { runs } = await loopwright.list({ workflow: 'testAndFix', limit: 1_000 })
  const open = runs.filter(({ endedAt }) => endedAt === undefined)
  const known = await Promise.all(open.map(async ({ run }) => ({ run, input: comparable(await loopwright.input(run)) })))
  return inputs.map((input) => {
    const wanted = comparable(input)
    return wanted === undefined ? undefined : known.find((other) => other.input === wanted)?.run
  })
}

/** The input with its defaults filled in; inputs that are refused are never the same. */
function comparable(input: unknown): string | undefined {
  const parsed = testAndFix.input.safeParse(input)
  return parsed.success ? canonicalJson(parsed.data) : undefined
}

/** What is in flight is cancelled and done again after the pause: its worker is about to go. */
async function pause({ loopwright, printer }: Session, runs: string[]): Promise<number> {
  printer.say('pausing …')
  const options = { waitMilliseconds: pauseMilliseconds }
  // A run that cannot be paused in time is found unfinished all the same.
  await Promise.all(runs.map((run) => loopwright.send(run, 'pause', { now: true }, options).catch(() => undefined)))
  return exitCodes.interrupted
}
