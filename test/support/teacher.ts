import { asks, type Lesson } from '../../contract/office/lesson.ts'
import { type Reply, type ScriptedRequest } from '../../testing/index.ts'
import { askedFor, judgement, saidIn } from './player.ts'

/** A lesson in which all is right. */
export const goodLesson: Lesson = {
  explanation: 'A pure function gives the same result for the same arguments.',
  example: 'const double = (n) => n * 2\nconsole.log(double(2))\n',
  task: 'Write triple(n), which gives three times n.',
  starter: 'export function triple(n) {\n  return undefined\n}\n',
  tests: `import assert from 'node:assert'\nimport test from 'node:test'\nimport { triple } from './answer.mjs'\ntest('triples', () => assert.equal(triple(2), 6))\n`,
  answer: 'export function triple(n) {\n  return n * 3\n}\n',
  hint: 'Which operator makes a number three times as large?',
}

/** Which piece of a lesson a request asks for, if it asks for one. */
function pieceOf(said: string): keyof Lesson | undefined {
  return (Object.keys(asks) as (keyof Lesson)[]).find((piece) => said.includes(asks[piece].prompt))
}

/**
 * A model that writes the good lesson but for some pieces: `first` come in its first attempt at a step, `always` in each. As a judge it objects to what names a
 * monad, and to a hint that says "multiply".
 */
export function teacher({
  first = {},
  always = {},
  good = goodLesson,
}: {
  first?: Partial<Lesson>
  always?: Partial<Lesson>
  good?: Lesson
}) {
  return (request: ScriptedRequest): Reply => {
    const said = saidIn(request)
    if (askedFor(request)) {
      const work = said.slice(said.indexOf('The work:'))
      const unmet = {
        ...(work.includes('monad') ? { level: 'monad is too advanced' } : {}),
        ...(work.includes('multiply') ? { open: 'it says what to do' } : {}),
      }
      return JSON.stringify(judgement(said, unmet, Object.keys(unmet).length > 0 ? 3 : 9))
    }
    const piece = pieceOf(said)!
    const told = said.includes('What is wrong with your last one')
    return (told ? undefined : first[piece]) ?? always[piece] ?? good[piece]
  }
}
