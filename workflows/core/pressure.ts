import { type MessageName } from '../../contract/messages.ts'
import { failure } from './failure.ts'
import { type Run } from './run.ts'

/** Temporal takes 2,000 updates of one execution: the rest is for what must get through, answers, pauses and limits. */
const mostSteered = 1_500

/** Characters that wait to be heard: all of them are read back by each next execution. */
const mostWaiting = 500_000

/** Refuses what may as well be said to the next execution, without an event; whoever says it says it again. */
export function refuseWhenFull(run: Run, name: MessageName): void {
  const waiting = run.steering.reduce((sum, { text }) => sum + text.length, 0)
  if (name !== 'steer' || (run.updates < (run.mostSteered ?? mostSteered) && waiting <= mostWaiting)) return
  throw failure('TooMany', 'The run has been told as much as it can hear before what it does now is over.', {
    run: run.id,
    effect: 'no',
    next: 'Send it again, with the same id, in a moment.',
  })
}
