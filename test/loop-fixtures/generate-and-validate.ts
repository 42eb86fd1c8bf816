import { declarations } from '../../contract/declarations.ts'
import { type LoopFixture } from './fixture.ts'

const order = (count: number, to = 'Ada') => JSON.stringify({ article: 'paper', count, to })

export const generateAndValidate: LoopFixture = {
  name: 'generateAndValidate',
  input: () => ({
    ...declarations.generateAndValidate.example,
    rules: [
      { name: 'a box at least', at: 'count', min: 1 },
      { name: 'a name', at: 'to', matches: '^[A-Z]' },
    ],
  }),
  accepts: () => () => order(3),
  never: () => () => order(0),
  wavers: () => {
    let versions = 0
    return () => (++versions === 2 ? order(0) : order(-versions, 'nobody'))
  },
  objection: /It is 0; at least 1 is wanted/,
  lacks: { agent: 'its stages are single questions' },
}
