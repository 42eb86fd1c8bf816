import { declarations } from '../../contract/declarations.ts'
import { player } from '../support/player.ts'
import { type LoopFixture, withoutLoop } from './fixture.ts'

export const orchestratorWorkers: LoopFixture = {
  name: 'orchestratorWorkers',
  input: () => declarations.orchestratorWorkers.example,
  accepts: () => player,
  never: () => player,
  lacks: withoutLoop,
}
