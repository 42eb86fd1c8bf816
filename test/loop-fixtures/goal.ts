import { type LoopFixture } from './fixture.ts'
import { reviewed } from './reviewed.ts'

export const goal: LoopFixture = { name: 'goal', ...reviewed }
