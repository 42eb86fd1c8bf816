import { askedFor, player, saidIn } from '../support/player.ts'
import { type LoopFixture } from './fixture.ts'

const weak = (...places: string[]) => JSON.stringify({ weak: places.map((place) => ({ place, problem: 'as grey as November' })) })

export const draftAndCritique: LoopFixture = {
  name: 'draftAndCritique',
  input: () => ({ goal: 'A note on heartbeats.' }),
  accepts: () => player,
  never: () => (request) => (askedFor(request) ? weak('a plain text') : player(request)),
  wavers: () => {
    let versions = 0
    return (request) => {
      if (!askedFor(request)) return `version ${++versions}`
      return saidIn(request).includes('version 2') ? weak('one') : weak('one', 'two')
    }
  },
  objection: /as grey as November/,
  judges: ['critique'],
  lacks: { agent: 'its stages are single questions' },
}
