import { z } from 'zod'
import { declare } from '../../contract/declaration.ts'
import { Limits } from '../../contract/limits.ts'
import { Models } from '../../contract/models.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { ask, gate, parallel, retrieve, tools, use, verify } from '../../workflows/core/index.ts'
export { testAndFix } from '../../workflows/index.ts'

const nothing = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }

const Effects = z.strictObject({
  calls: z.array(z.strictObject({ tool: z.string(), text: z.string().optional() })).describe('Done one after the other.'),
  stops: z.boolean().default(false).describe('Ends as stopped when all is done.'),
  limits: Limits.prefault({}),
})
const effects = declare({
  description: 'Uses tools of one’s own, one after the other.',
  input: Effects,
  output: z.array(z.json()),
  models: () => [],
  example: { calls: [{ tool: 'mail', text: 'hello' }] },
})

const Asking = z.strictObject({ models: Models, calls: z.int(), limits: Limits.prefault({}) })
const asking = declare({
  description: 'Asks a model many times at once.',
  input: Asking,
  output: z.int(),
  models: ({ models }) => models,
  example: { models: 'openai/x', calls: 1 },
})

const Waiting = z.strictObject({ steps: z.int(), limits: Limits.prefault({}) })
const waiting = declare({
  description: 'Waits for a person before each of its steps.',
  input: Waiting,
  output: z.int(),
  models: () => [],
  example: { steps: 1 },
})

const Reading = z.strictObject({ folder: z.string(), limits: Limits.prefault({}) })
const reading = declare({
  description: 'Searches a folder, and runs a command.',
  input: Reading,
  output: z.array(z.string()),
  models: () => [],
  example: { folder: '/documents' },
})

export const declarations = { effects, asking, waiting, reading }

async function effectsWorkflow({ calls, stops }: z.output<typeof Effects>): Promise<Outcome<unknown>> {
  const results: unknown[] = []
  for (const { tool, text } of calls) results.push(await use(tools(tool)[0]!, text === undefined ? {} : { text }))
  if (stops) return { status: 'stopped', reason: 'declined', why: 'It was to stop.', spent: nothing }
  return { status: 'accepted', why: 'All was done.', value: results, spent: nothing }
}
export { effectsWorkflow as effects }

/** Side by side; a call that is refused or fails counts as none. */
async function askingWorkflow({ models, calls }: z.output<typeof Asking>): Promise<Outcome<number>> {
  const branches = Array.from({ length: calls }, (_, index) => async () => {
    await ask(models, { messages: [{ role: 'user', content: `question ${index}` }], maxOutputTokens: 400 })
    return 1
  })
  const answered = await parallel(branches, { failFast: false })
  return { status: 'accepted', why: 'All were asked.', value: answered.filter((answer) => answer === 1).length, spent: nothing }
}
export { askingWorkflow as asking }

async function waitingWorkflow({ steps }: z.output<typeof Waiting>): Promise<Outcome<number>> {
  for (let step = 1; step <= steps; step++) {
    await gate({ kind: 'confirm', question: `Step ${step}?`, show: { step } })
    await use(tools('look')[0]!, {})
  }
  return { status: 'accepted', why: 'All steps were done.', value: steps, spent: nothing }
}
export { waitingWorkflow as waiting }

async function readingWorkflow({ folder }: z.output<typeof Reading>): Promise<Outcome<string[]>> {
  const { passages } = await retrieve({ folder, kind: 'documents' }, 'heartbeat', 3)
  const files = () => ({ 'main.mjs': 'console.log(1)' })
  const { accepted } = await verify.command<string>({ command: 'node main.mjs', files })('')
  return { status: 'accepted', why: 'It was read.', value: accepted ? passages.map(({ id }) => id) : [], spent: nothing }
}
export { readingWorkflow as reading }
