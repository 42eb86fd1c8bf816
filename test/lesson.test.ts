import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { givenAway } from '../contract/office/gives-away.ts'
import { type Lesson } from '../contract/office/lesson.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type Reply, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { ownWorkflows } from '../workers/bundle.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { goodLesson, teacher } from './support/teacher.ts'

const noTest = "import './answer.mjs'\n"
const emptyTest = "import test from 'node:test'\nimport './answer.mjs'\ntest('is there', () => {})\n"
/** What is wrong at first, which step notices, and what its writer is told. */
const faults: [what: string, piece: keyof Lesson, text: string, step: string, told: string][] = [
  ['an explanation that is too advanced', 'explanation', 'A function is pure if it needs no monad.', 'concept', 'monad is too advanced'],
  ['an explanation that is too long', 'explanation', 'word '.repeat(201), 'concept', 'It has 201 words'],
  ['an example that does not run', 'example', 'console.log(tripel(2))\n', 'example', 'tripel is not defined'],
  ['code to begin with that does not run', 'starter', 'export function triple(n) {\n', 'practice', 'SyntaxError'],
  ['an answer that is wrong', 'answer', goodLesson.answer.replace('*', '+'), 'solution', 'answer.test.mjs > triples'],
  ['tests that pass without the answer', 'tests', emptyTest, 'solution', 'It should fail here, and succeeds'],
  ['tests that are none', 'tests', noTest, 'solution', 'answer.test.mjs'],
  [
    'an answer that ends the program before the tests can speak',
    'answer',
    `process.exit(0)\n${goodLesson.answer}`,
    'solution',
    'answer.test.mjs',
  ],
  ['a hint with the solution', 'hint', 'It is: return n * 3', 'hint', 'It gives the solution away: return n * 3'],
  ['a hint that says the solution in words', 'hint', 'You have to multiply n by three.', 'hint', 'it says what to do'],
]
const python: Lesson = {
  ...goodLesson,
  example: 'print(2 * 2)\n',
  starter: 'def triple(n):\n    return None\n',
  tests:
    'import unittest\nfrom answer import triple\n\nclass Triple(unittest.TestCase):\n    def test_triples(self):\n        self.assertEqual(triple(2), 6)\n',
  answer: 'def triple(n):\n    return n * 3\n',
}

const models: Record<string, (request: ScriptedRequest) => Reply> = {
  good: teacher({ good: { ...goodLesson, example: `\`\`\`js\n${goodLesson.example.trim()}\n\`\`\`` } }),
  python: teacher({ good: python }),
}
for (const [index, [, piece, text]] of faults.entries()) {
  models[`first-${index}`] = teacher({ first: { [piece]: text } })
  models[`always-${index}`] = teacher({ always: { [piece]: text } })
}

let bench: CoreBench
let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({ script: (request) => models[request.model]!(request), keep: 10_000 })
  bench = await openBench(ownWorkflows, { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

async function teach(model: string, more: object = {}): Promise<Outcome<Lesson>> {
  const input = { concept: 'What a pure function is.', models: `openai/${model}`, confined: false, ...more }
  return (await (await bench.start('lesson', input)).result()) as Outcome<Lesson>
}

test('a lesson whose code runs, whose tests pass with the answer alone and whose hint keeps it back is accepted', async () => {
  expect(await teach('good')).toMatchObject({ status: 'accepted', value: { ...goodLesson, example: goodLesson.example.trim() } })
  expect(await teach('python', { language: 'python' })).toMatchObject({ status: 'accepted', value: python })
})

test.each(faults.map(([what, ...rest], index) => [what, index, rest[2], rest[3]] as const))(
  '%s is mended when it is told, and never accepted',
  async (_what, index, step, told) => {
    const [mended, stubborn] = await Promise.all([teach(`first-${index}`), teach(`always-${index}`, { limits: { attempts: 1 } })])
    expect(mended).toMatchObject({ status: 'accepted', value: goodLesson, spent: { attempts: 2 } })
    const heard = server.requests
      .filter(({ model }) => model === `first-${index}`)
      .map(({ messages }) => messages.map(({ content }) => String(content)).join('\n'))
    expect(heard.filter((said) => said.includes('What is wrong with your last one') && said.includes(told))).not.toEqual([])
    expect(stubborn).toMatchObject({ status: 'stopped', reason: 'attempts', why: expect.stringContaining(`Step ${step}: `) })
    expect(stubborn).not.toHaveProperty('value')
  },
)

test.each([
  ['a line of it', 'Try return n * 3 here.', 'return n * 3'],
  ['with other white space', 'return  n*3', 'return n * 3'],
  ['a part of a longer line', 'Perhaps items.filter((item) => item.done) helps', 'items . filter ( ( item'],
  ['nothing of it', 'Multiply what you are given.', undefined],
  ['what the learner has already', 'Look at function triple(n) again.', undefined],
  ['a word of it', 'It must return something.', undefined],
  ['a comment of it', 'three times the number n', undefined],
])('a hint may hold %s or not', (_, hint, found) => {
  const starter = 'function triple(n) {\n}\n'
  const answer = 'function triple(n) {\n  // three times the number n\n  return n * 3;\n}\nconst done = items.filter((item) => item.done)\n'
  expect(givenAway(hint, answer, starter)).toEqual(found === undefined ? undefined : `It gives the solution away: ${found}`)
})
