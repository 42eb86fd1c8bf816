import { type LoopFixture } from './fixture.ts'
import { reviewed } from './reviewed.ts'

export const ralph: LoopFixture = { name: 'ralph', ...reviewed, judges: ['reviewer-1', 'reviewer-2'] }
