import { expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { z } from 'zod'
import { drawing } from '../cli/catalogue.ts'
import { isRefused } from '../client/index.ts'
import { entryOf } from '../contract/catalogue.ts'
import { judgesOf, judging, panelOf } from '../contract/judges.ts'
import { flagsOf } from '../cli/flags.ts'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { Limits } from '../contract/limits.ts'
import { answersOf } from '../contract/six-questions.ts'
import { does, mostCalls } from '../contract/stages.ts'
import { typed } from './support/command-line.ts'

// Bundling a workflows file takes a while on a busy machine.
jest.setTimeout(120_000)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shipped: [string, Declaration][] = Object.entries(declarations)

async function cli(words: string[], address = '127.0.0.1:1') {
  const environment = { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: address, NO_COLOR: '1' }
  const { code: exitCode, ...said } = await typed(words, environment)
  return { exitCode, ...said }
}

test('the catalogue names every workflow with its sentence, and asks no server', async () => {
  const { exitCode, out, all } = await cli(['list', '--workflows', '--json'])
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.any(String) })
  const lines = out.trim().split('\n')
  const listed = lines.map((line) =>
    z.object({ kind: z.literal('workflow'), name: z.string(), description: z.string() }).parse(JSON.parse(line)),
  )
  const names = shipped.map(([name]) => name).sort()
  expect(listed.map(({ name }) => name)).toEqual(names)
  for (const { name, description } of listed) expect(description).toBe(Object.fromEntries(shipped)[name]?.description)
})

test('the catalogue lists the workflows of a file of one’s own, too', async () => {
  const { exitCode, all } = await cli(['list', '--workflows', here('../examples/own-loop/workflow.ts')])
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringMatching(/^ownLoop +Writes a headline/m) })
})

test.each(shipped)(
  '%s says before any run what goes in and out, its four traits, its stages and what it costs at most',
  (name, declaration) => {
    const entry = entryOf(name, declaration)
    const { description, traits, most, stages = [] } = entry
    expect(description).toMatch(/^[A-Z].*\.$/)
    expect(z.fromJSONSchema(entry.input).safeParse(entry.example)).toMatchObject({ success: true })
    expect(Object.keys(entry.output).length).toBeGreaterThan(1)
    expect(Object.keys(traits).sort()).toEqual(['audit', 'cost', 'failure', 'sequence'])
    const { limits } = z.object({ limits: Limits }).parse(declaration.input.parse(declaration.example))
    expect(most).toMatchObject({ tokens: limits.tokens, minutes: limits.minutes, calls: mostCalls(stages) })
    expect(drawing(stages).length).toBeGreaterThan(0)
  },
)

test.each(shipped)('every option of %s has a sentence', (_name, declaration) => {
  const flags = flagsOf(declaration.input)
  expect(flags.length).toBeGreaterThan(6)
  for (const { name, description } of flags)
    expect({ name, description }).toMatchObject({ description: expect.stringMatching(/\w.*[.:;)]/) })
})

test('show draws the stages and computes the calls for the input that is given', async () => {
  const { exitCode, out, all } = await cli(['show', 'voting', '--input', '{"votes":50,"limits":{"tokens":9000,"dollars":1}}', '--json'])
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.any(String) })
  expect(JSON.parse(out)).toMatchObject({
    name: 'voting',
    most: { calls: 50 * 7 * 3, tokens: 9_000, microDollars: 1_000_000 },
    stages: [
      { how: 'side by side', times: 50, stages: [{ name: 'vote', by: 'model' }] },
      { name: 'count', by: 'code' },
    ],
  })
  const text = await cli(['show', 'routing'])
  for (const part of ['├─ classify (openai/gpt-5-mini)', '└─ one of these:', '   ├─ billing', '   └─ technical', '$5, 24 calls of models'])
    expect(text.all).toContain(part)
})

test('a server where nobody listens is known to be away at once, and one that listens is asked', async () => {
  expect(await isRefused({ address: '127.0.0.1:1' })).toBe(true)
  expect(await isRefused({ address: process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? '' })).toBe(false)
})

test('a run that is called like a workflow goes before it, and that is said', async () => {
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? ''
  const connection = await Connection.connect({ address })
  const { workflow } = new Client({ connection })
  const before = await cli(['show', 'sectioning'], address)
  expect(before).toMatchObject({ exitCode: 0, out: expect.stringContaining('sequence  ') })
  const handle = await workflow.start('sectioning', { workflowId: 'sectioning', taskQueue: `nobody-${randomUUID()}` })
  await handle.terminate('only its name matters')
  await connection.close()
  const after = await cli(['show', 'sectioning'], address)
  expect(after).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^note: there is also a workflow sectioning[\s\S]*only its name matters/),
  })
})

test.each(shipped)('%s answers the six questions of every loop', (name, declaration) => {
  expect(answersOf(name, declaration).filter((one) => 'missing' in one)).toEqual([])
})

test('check ends with 1 where a loop of one’s own has no verifier, and says what is missing', async () => {
  const file = here('./support/workflows/children.ts')
  const { exitCode, all } = await cli(['check', 'parent', '--workflows', file])
  expect({ exitCode, all }).toMatchObject({ exitCode: 1, all: expect.stringContaining('No answer: the declaration has no `verifier`') })
  const own = await cli(['check', 'ownLoop', '--workflows', here('../examples/own-loop/workflow.ts')])
  expect(own).toMatchObject({ exitCode: 0, out: expect.stringContaining('ownLoop answers all six questions') })
})

test.each<[string, Partial<Declaration>, string]>([
  ['its example does not fit', { example: { wrong: true } }, 'trigger'],
  ['nobody says that it is good', { verifier: ' ' }, 'verifier'],
  ['its output is not described', { output: z.unknown() }, 'state'],
  ['it has no limits', { input: z.object({}), example: {} }, 'stop'],
])('a question has no answer where %s', (_why, change, question) => {
  const open = answersOf('voting', { ...(declarations.voting as Declaration), ...change }).filter((one) => 'missing' in one)
  expect(open.map((one) => one.question)).toContain(question)
})

test('calls are counted through loops, branches, side by side and fallback', () => {
  const limits = Limits.parse({ attempts: 4 })
  const two = ['a/a', 'b/b']
  expect(mostCalls([does.writes('x', two, ''), does.code('y', '')])).toBe(2 * 3)
  expect(mostCalls([does.oneOf([does.writes('x', two, ''), does.works('y', ['a/a'], 10, '')])])).toBe(10 * 3)
  expect(mostCalls([does.beside([does.answers('x', ['a/a'], '')], 5)])).toBe(5 * 7 * 3)
  const fallback = ['best' as const, { models: ['c/c', 'd/d', 'e/e'] }]
  expect(mostCalls([does.repeats({ limits, fallback }, [does.writes('x', two, '')])])).toBe(4 * 2 * 3 + 2 * 3 * 3)
})

test('judges sit along the chain of those who work, and that one judges itself is said', () => {
  expect(judgesOf(['a/a'])).toEqual(['a/a'])
  expect(panelOf(['a/a', 'b/b'], 3)).toEqual([
    ['b/b', 'a/a'],
    ['a/a', 'b/b'],
    ['b/b', 'a/a'],
  ])
  expect(panelOf(['a/a', 'b/b', 'c/c'], 3).map(([first]) => first)).toEqual(['b/b', 'c/c', 'a/a'])
  const judge = does.answers('judge', ['b/b', 'a/a'], 'judges')
  expect(judging(judge, ['a/a', 'b/b'])).toEqual(judge)
  expect(judging(judge, ['b/b'])).toMatchObject({ judgesItself: true, does: 'judges; the model that works, in a fresh context' })
})

test('the page of traits says what the declarations say; LOOPWRIGHT_RECORD=1 writes it anew', () => {
  const of = ([name, declaration]: [string, Declaration]) => {
    const { description, traits, stages = [] } = entryOf(name, declaration)
    const { sequence, failure, audit, cost } = traits
    const lines = [`- Sequence: ${sequence}`, `- Failure: ${failure}`, `- Audit: ${audit}`, `- Cost, with its example: ${cost}`]
    return [`## ${name}`, description, lines.join('\n'), `\`\`\`text\n${drawing(stages).join('\n')}\n\`\`\``].join('\n\n')
  }
  const told =
    'What `loopwright show WORKFLOW` says of each workflow with its example: who owns the sequence, how it fails, what is left to audit, the most that it can cost, and its stages. Printed from the declarations.'
  const sorted = shipped.toSorted(([a], [b]) => a.localeCompare(b))
  const page = `${['# Traits of every workflow', told, ...sorted.map(of)].join('\n\n')}\n`
  const file = here('../docs/traits.md')
  if (process.env['LOOPWRIGHT_RECORD']) writeFileSync(file, page)
  expect(readFileSync(file, 'utf8')).toBe(page)
})
