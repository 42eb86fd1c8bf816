import { askedFor, judgement, player, saidIn } from '../support/player.ts'
import { type LoopFixture } from './fixture.ts'

const rubric = { short: 'At most eight words.' }

export const evaluatorOptimizer: LoopFixture = {
  name: 'evaluatorOptimizer',
  input: () => ({ goal: 'A subject line.', rubric }),
  accepts: () => player,
  never: () => (request) =>
    askedFor(request) ? JSON.stringify(judgement(saidIn(request), { short: 'as long as a river' }, 3)) : player(request),
  wavers: () => {
    let versions = 0
    return (request) => {
      if (!askedFor(request)) return `version ${++versions}`
      const [, version = ''] = /The work:\s+<data[^>]*>\s+version (\d)/.exec(saidIn(request)) ?? []
      return JSON.stringify(judgement(saidIn(request), { short: 'it is long' }, version === '2' ? 6 : 3))
    }
  },
  objection: /as long as a river/,
  judges: ['judge'],
  lacks: { agent: 'its stages are single questions' },
}
