import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { WorkflowFailedError } from '@temporalio/client'
import { join } from 'node:path'
import { type Outcome } from '../contract/outcome.ts'
import { folderStore } from '../store/folder.ts'
import { type Reply, type ScriptedMessage, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

let bench: CoreBench
let server: ScriptedServer
let asked: ScriptedMessage[][] = []
const notes = Array.from({ length: 200 }, (_, line) => `Line ${line} ü`).join('\n')

beforeAll(async () => {
  server = await startScriptedServer({
    script({ messages }): Reply {
      asked.push(messages)
      return /Write/.test(String(messages.at(-1)?.content)) ? notes : 'said'
    },
  })
  bench = await openBench('./workflows/stages.ts', { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' })
})
afterAll(async () => {
  await bench.close()
  await server.close()
})

type Texts = Record<string, string>
async function run(type: string, input: object, carried?: object): Promise<Outcome<Texts>> {
  asked = []
  return (await (await bench.start(type, { models: 'openai/x', ...input }, carried)).result()) as Outcome<Texts>
}
/** What is read stands between marks that say where it is from. */
const given = (from: string, text: string) => `user: <data from="${from}">\n${text}\n</data>`
const words = (messages: ScriptedMessage[] = []) => messages.map(({ role, content }) => `${role}: ${String(content)}`)

for (const carried of [undefined, { seamEvery: 1 }]) {
  const when = carried ? ', also across executions' : ''
  test(`what a stage keeps is seen by those that read it and by nobody else, and a conversation that is gone on with is the same${when}`, async () => {
    const { value } = await run('handing', {}, carried)
    expect(value).toMatchObject({ first: '(kept as notes)', inline: notes, second: 'said', forked: 'said', answer: 'said' })
    const [first, inline, second, forked, worker] = asked.map(words)
    expect(first).toEqual(['system: You are a scribe.', 'user: Write notes.'])
    expect(inline).toEqual(['user: Write inline.'])
    expect(second).toEqual([given('the stage notes', notes), 'user: Use ## notes\n(kept as notes)\n\n## aside\nan aside well.'])
    expect(forked).toEqual([...first!, `assistant: ${notes}`, 'user: Once more.'])
    expect(worker).toEqual([...first!, `assistant: ${notes}`, 'user: Work on.\n\nsaid', given('the stage notes', notes)])
  })
}

test('a text that is too long is cut for those that come after, says so, and is kept whole', async () => {
  const { value } = await run('handing', { maxOutput: { lines: 3 } })
  const [, ref] = /^Line 0 ü\nLine 1 ü\nLine 2 ü\n\[cut here: 2289 bytes and 200 lines in all, kept as artifact ([0-9a-f]{64})\]$/.exec(
    value!.inline!,
  )!
  expect(await folderStore(join(bench.stateFolder, 'artifacts')).text(ref!)).toBe(notes)
  expect(words(asked[2])[0]).toBe(given('the stage notes', value!.inline!))
  const short = await run('handing', { maxOutput: { bytes: 8 } })
  expect(short.value!.inline).toMatch(/^Line 0 \n\[cut here/)
})

test('an artifact is read by its hash, and one that is missing fails before any model is asked', async () => {
  const { sha256, bytes } = await folderStore(join(bench.stateFolder, 'artifacts')).put('From elsewhere.')
  await run('handing', { reads: [{ sha256, bytes }] })
  expect(words(asked[2])[0]).toBe(given('an artifact', 'From elsewhere.'))
  for (const reads of [['nobody'], [{ sha256: 'f'.repeat(64), bytes: 10 }]]) {
    const error: unknown = await run('handing', { reads }).catch((thrown: unknown) => thrown)
    const { cause } = error as WorkflowFailedError
    expect(cause).toMatchObject({ type: 'ArtifactMissing', details: [{ spent: { tokens: expect.any(Number) } }] })
    // The two stages before it.
    expect(asked).toHaveLength(2)
    const { spent } = (cause as unknown as { details: [{ spent: { tokens: number } }] }).details[0]
    expect(spent.tokens).toBeLessThan(2_500)
  }
})

test('a stage and an agent stop at their own share, and the run goes on', async () => {
  const { value } = await run('sharing', { share: 300 })
  expect(value!.stage).toContain('The next model call may need')
  expect(value!.agent).toContain('The next model call may need')
  expect(value!.after).toBe('said')
  expect(asked).toHaveLength(1)
})
