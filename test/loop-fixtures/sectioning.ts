import { player, saidIn } from '../support/player.ts'
import { type LoopFixture } from './fixture.ts'

const fails = { error: { status: 400 } }

export const sectioning: LoopFixture = {
  name: 'sectioning',
  input: () => ({ sections: { benefits: 'Its benefits', risks: 'Its risks' }, combine: 'One paragraph: {previous}' }),
  accepts: () => player,
  never: () => (request) => (saidIn(request).includes('Its risks') ? fails : player(request)),
  wavers: () => {
    let asked = 0
    return (request) => (saidIn(request).includes('Its benefits') && ++asked > 1 ? player(request) : fails)
  },
  lacks: {
    feedback: 'the next attempt does what failed, which was no fault of a text',
    fallback: 'a section that fails for good is named instead',
    agent: 'its stages are single questions',
  },
}
