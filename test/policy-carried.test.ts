import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { z } from 'zod'
import { type OwnTool } from '../activities/effects/tool.ts'
import { type Carried, type Remembered } from '../contract/carried.ts'
import { folderStore } from '../store/folder.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'

const turns = 30
const file = join(mkdtempSync(join(tmpdir(), 'loopwright-carried-')), 'policy.json')
const workflows = fileURLToPath(new URL('./support/workflows/policies.ts', import.meta.url))
const text = z.strictObject({ text: z.string() })
const tools: OwnTool[] = [
  { name: 'look', description: 'Looks.', arguments: text, class: 'read', tags: ['reads_private'], perform: async () => 'seen' },
  { name: 'mail', description: 'Sends.', arguments: text, perform: async () => 'sent' },
  { name: 'fax', description: 'Is never allowed.', arguments: text, perform: async () => 'sent' },
]

let bench: CoreBench
let server: ScriptedServer
beforeAll(async () => {
  const rules = [
    { name: 'looks', then: 'allow', tools: ['look'], limits: { calls: 1_000, minutes: 60 } },
    { name: 'mails', then: 'allow', tools: ['mail'], limits: { calls: 1_000, bytes: 1_000_000 } },
  ]
  writeFileSync(file, JSON.stringify({ standard: [], rules }))
  server = await startScriptedServer({
    script: ({ messages }) => {
      const turn = messages.filter(({ role }) => role === 'assistant').length + 1
      if (turn > turns) return 'Done.'
      return { toolCalls: tools.map(({ name }) => ({ name, arguments: { text: `${name} ${turn}` } })) }
    },
  })
  bench = await openBench(workflows, { LOOPWRIGHT_POLICY: file, OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key' }, tools)
  const models = { 'openai/acting': { input: 0, output: 0, window: 1_000_000, maxOutput: 8_000 } }
  writeFileSync(join(bench.stateFolder, 'models.json'), JSON.stringify({ models }))
}, 120_000)
afterAll(async () => {
  await bench.close()
  await server.close()
})

/** The state that each execution of a run began with, in their order. */
async function carriedStates(workflowId: string, first: string): Promise<Remembered['state'][]> {
  const { loadedDataConverter } = bench.client.options
  const store = folderStore(join(bench.stateFolder, 'artifacts'))
  const states: Remembered['state'][] = []
  for (let runId: string | undefined = first; runId !== undefined;) {
    const { events } = await bench.client.workflow.getHandle(workflowId, runId).fetchHistory()
    const started = events?.[0]?.workflowExecutionStartedEventAttributes
    const [, handed] = (await decodeArrayFromPayloads(loadedDataConverter, started?.input?.payloads)) as [unknown, Carried | undefined]
    if (handed?.remembered !== undefined) {
      const { remembered } = handed
      const whole =
        typeof remembered === 'string' ? remembered : (await Promise.all(remembered.map(({ sha256 }) => store.text(sha256)))).join('')
      states.push((JSON.parse(whole) as Remembered).state)
    }
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
  }
  return states
}

test(`what a run remembers for its policy does not grow with its turns, of which each is ruled on, counted and denied something`, async () => {
  const run = await bench.start('acting', { tools: ['look', 'mail', 'fax'], limits: { tokens: 90_000_000 } }, { seamEvery: 3 })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: turns + 1 })
  const states = await carriedStates(run.workflowId, run.firstExecutionRunId)
  expect(states.length).toBeGreaterThan(turns / 2)
  const keys = states.map((state) => Object.keys(state).filter((key) => /policy|ruled|taken/.test(key)))
  expect(Math.max(...keys.map(({ length }) => length))).toBeLessThanOrEqual(6)
  expect(keys.at(-1)).toEqual(['policy:used', 'policy:seen'])
  const policy = ({ 'policy:used': used, 'policy:seen': seen }: Remembered['state']) => JSON.stringify([used, seen]).length
  // A digit more in some counts.
  expect(policy(states.at(-1)!) - policy(states[3]!)).toBeLessThanOrEqual(20)
  expect(states.at(-1)).toMatchObject({
    'policy:used': { looks: { calls: turns }, mails: { calls: turns } },
    'policy:seen': ['reads_private'],
  })
}, 240_000)
