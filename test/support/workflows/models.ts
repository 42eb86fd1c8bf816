import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, ask, loop, openWorkspace, parallel, use, verify } from '../../../workflows/core/index.ts'

const nothing = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }

const Asking = z.strictObject({
  models: Models,
  calls: z.int(),
  text: z.string().default('hello'),
  maxOutputTokens: z.int().default(1_000),
  limits: Limits.prefault({}),
})
const asking = declare({
  description: 'Asks a model many times at once.',
  input: Asking,
  output: z.array(z.string()),
  models: ({ models }) => models,
  example: { models: 'openai/x', calls: 1 },
})

const Reading = z.strictObject({
  models: Models,
  repo: z.string(),
  turns: z.int(),
  maxOutputTokens: z.int().optional(),
  limits: Limits.prefault({}),
})
const reading = declare({
  description: 'An agent that reads a repository.',
  input: Reading,
  output: z.strictObject({
    answer: z.unknown(),
    turns: z.int(),
    bytes: z.int(),
    stopped: z.string().optional(),
    why: z.string().optional(),
  }),
  models: ({ models }) => models,
  example: { models: 'openai/x', repo: '/repository', turns: 3 },
})

const Sharing = z.strictObject({ models: Models, share: z.int(), attempts: z.int(), limits: Limits.prefault({}) })
const sharing = declare({
  description: 'A loop that may spend a share of the run only, and never succeeds.',
  input: Sharing,
  output: z.string(),
  models: ({ models }) => models,
  example: { models: 'openai/x', share: 1_000, attempts: 3 },
})

const Writing = z.strictObject({ repo: z.string(), files: z.int(), test: z.string().default('true'), limits: Limits.prefault({}) })
const writing = declare({
  description: 'Writes files side by side into one workspace, and verifies what came of it without a baseline.',
  input: Writing,
  output: z.strictObject({ files: z.array(z.string()), accepted: z.boolean(), objections: z.array(z.string()) }),
  models: () => [],
  example: { repo: '/repository', files: 2 },
})

export const declarations = { asking, reading, sharing, writing }

/** Asks `calls` times side by side; a call that is refused or fails is an empty string. */
async function askingWorkflow({ models, calls, text, maxOutputTokens }: z.output<typeof Asking>): Promise<Outcome<string[]>> {
  const value = await parallel(
    Array.from({ length: calls }, (_, index) => async () => {
      const reply = await ask(models, { messages: [{ role: 'user', content: `${text} ${index}` }], maxOutputTokens })
      return typeof reply.text === 'string' ? reply.text : reply.text.sha256
    }),
    { failFast: false },
  )
  return { status: 'accepted', why: 'all were asked', value, spent: nothing }
}
export { askingWorkflow as asking }

async function readingWorkflow({ models, repo, turns, maxOutputTokens }: z.output<typeof Reading>): Promise<Outcome<unknown>> {
  const workspace = await openWorkspace(repo, { test: 'true', allowRun: true })
  const result = await agent({
    name: 'reader',
    goal: 'Read.',
    models,
    tools: workspace.tools,
    turns,
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
  })
  const { answer, turns: made, stopped, why } = result
  const value = { answer, turns: made, bytes: result.transcript?.bytes ?? 0, stopped, why }
  return { status: 'accepted', why: 'read', value, spent: nothing }
}
export { readingWorkflow as reading }

async function sharingWorkflow({ models, share, attempts, limits }: z.output<typeof Sharing>): Promise<Outcome<string>> {
  return loop<string>({
    limits: { ...limits, tokens: share, attempts, stalls: attempts },
    propose: async ({ number }) => {
      const reply = await ask(models, { messages: [{ role: 'user', content: `attempt ${number}` }], maxOutputTokens: 400 })
      return typeof reply.text === 'string' ? reply.text : reply.text.sha256
    },
    verify: async () => ({ accepted: false, objections: [{ id: 'never', text: 'not good enough' }], evidence: [] }),
  })
}
export { sharingWorkflow as sharing }

async function writingWorkflow({ repo, files, test }: z.output<typeof Writing>): Promise<Outcome<unknown>> {
  const workspace = await openWorkspace(repo, { test })
  const write = workspace.tools.find(({ name }) => name === 'write')!
  await parallel(Array.from({ length: files }, (_, index) => () => use(write, { path: `file-${index}.txt`, content: `${index}\n` })))
  const patch = await workspace.patch()
  const verdict = await verify.tests({ workspace, patch, command: test })
  const value = { files: patch.files, accepted: verdict.accepted, objections: verdict.objections.map(({ id }) => id) }
  return { status: 'accepted', why: 'written', value, spent: nothing }
}
export { writingWorkflow as writing }
