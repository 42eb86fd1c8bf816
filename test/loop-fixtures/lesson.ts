import { goodLesson, teacher } from '../support/teacher.ts'
import { type LoopFixture } from './fixture.ts'

export const lesson: LoopFixture = {
  name: 'lesson',
  input: () => ({ concept: 'What a pure function is.', confined: false }),
  accepts: () => teacher({}),
  never: () => teacher({ always: { explanation: `A monad. ${goodLesson.explanation}` } }),
  objection: /monad is too advanced/,
  judges: ['judge'],
  lacks: {
    best: 'the best of one step is no lesson',
    fallback: 'a step that stays wrong stops the lesson, so that nothing is built on it',
    agent: 'its stages are single questions',
  },
}
