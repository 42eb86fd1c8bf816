import { type LoopFixture } from './fixture.ts'
import { reviewed } from './reviewed.ts'

export const goal: LoopFixture = { name: 'goal', ...reviewed, blocks: true, judges: ['reviewer-1', 'reviewer-2', 'reviewer-3'] }
