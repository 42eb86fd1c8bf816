import { player } from '../support/player.ts'
import { type LoopFixture, withoutLoop } from './fixture.ts'

// Long enough that an answer doesn't fit into what little a greedy classifier leaves.
const prompt = `Answer as this team would. ${'Be kind, and brief. '.repeat(150)}\n{previous}`

export const routing: LoopFixture = {
  name: 'routing',
  input: () => ({
    input: 'The invoice of March is wrong.',
    routes: { billing: { when: 'Invoices.', prompt }, technical: { when: 'Something does not work.', prompt } },
  }),
  accepts: () => player,
  never: () => player,
  lacks: withoutLoop,
}
