import { askedFor, judgement, player, saidIn } from '../support/player.ts'
import { type LoopFixture } from './fixture.ts'

export const agentLoop: LoopFixture = {
  name: 'agentLoop',
  input: () => ({ goal: 'Say what a heartbeat is for.', rubric: { short: 'At most eight words.' } }),
  accepts: () => player,
  never: () => (request) =>
    askedFor(request) ? JSON.stringify(judgement(saidIn(request), { short: 'as long as a river' }, 3)) : player(request),
  wavers: () => {
    let versions = 0
    return (request) => {
      if (!askedFor(request)) return { toolCalls: [{ name: 'finish', arguments: { answer: `version ${++versions}` } }] }
      const score = saidIn(request).includes('version 2') ? 6 : 3
      return JSON.stringify(judgement(saidIn(request), { short: 'it is long' }, score))
    }
  },
  objection: /as long as a river/,
  judges: ['judge'],
  lacks: {},
}
