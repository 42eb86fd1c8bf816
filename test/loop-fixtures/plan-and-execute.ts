import { askedFor, player } from '../support/player.ts'
import { type Behaviour, type LoopFixture } from './fixture.ts'

/** Plans the same step again and again: done once it is progress, done twice it is not. */
const never: Behaviour = () => (request) => (askedFor(request) ? JSON.stringify({ left: ['look'], answer: '' }) : player(request))

export const planAndExecute: LoopFixture = {
  name: 'planAndExecute',
  input: () => ({ goal: 'Compare two ways to store a ledger.' }),
  accepts: () => player,
  never,
  wavers: never,
  lacks: { feedback: 'what came of the steps is what the next plan is made from' },
}
