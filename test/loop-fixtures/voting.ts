import { declarations } from '../../contract/declarations.ts'
import { player } from '../support/player.ts'
import { type LoopFixture, withoutLoop } from './fixture.ts'

export const voting: LoopFixture = {
  name: 'voting',
  input: () => ({ ...declarations.voting.example, votes: 3 }),
  accepts: () => player,
  never: () => player,
  lacks: withoutLoop,
}
