import { condition, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow'
import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { type Verdict } from '../../../contract/verdict.ts'
import { activities } from '../../../workflows/core/activities.ts'
import { gate, loop } from '../../../workflows/core/index.ts'
import { road } from '../../../workflows/core/road.ts'

const limits = Limits.prefault({})

export const declarations = {
  writing: declare({
    description: 'Its candidates are long texts.',
    input: z.strictObject({ characters: z.int(), accept: z.int(), approve: z.boolean().default(false), limits }),
    output: z.string(),
    models: () => [],
    example: { characters: 10, accept: 1 },
  }),
  answering: declare({
    description: 'Answers a message of its own slowly while it works.',
    input: z.strictObject({ limits }),
    output: z.int(),
    models: () => [],
    example: {},
  }),
  wandering: declare({
    description: 'Takes another step once it has continued.',
    input: z.strictObject({ limits }),
    output: z.int(),
    models: () => [],
    example: {},
  }),
  pushing: declare({
    description: 'Its proposer changes the best candidate in place.',
    input: z.strictObject({ limits }),
    output: z.array(z.int()),
    models: () => [],
    example: {},
  }),
}

/** A step in the world: puts a text into the store. */
function put(text: string): Promise<string> {
  return road({ name: 'put', kind: 'tool', text: `put ${text.slice(0, 20)}`, call: { text } }, async (path) => {
    await activities(path, { quick: true }).putArtifacts([text])
    return text
  })
}

const spent = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }
const done = <T>(value: T): Outcome<T> => ({ status: 'accepted', why: 'done', value, spent })

export async function writing(input: { characters: number; accept: number; approve: boolean; limits: Limits }): Promise<Outcome<string>> {
  return loop<string>({
    limits: input.limits,
    propose: async ({ number }) => {
      await put(`attempt ${number}`)
      return `${number} ${'ü'.repeat(input.characters)}`
    },
    verify: async (text): Promise<Verdict> => {
      await put(text)
      const missing = Math.max(0, input.accept - Number.parseInt(text, 10))
      const objections = Array.from({ length: missing }, (_, index) => ({ id: `missing ${index + 1}`, text: 'write on' }))
      return { accepted: missing === 0, objections, world: text.slice(0, 4), evidence: [] }
    },
    approve: input.approve && ((text) => gate({ kind: 'confirm', question: 'Publish it?', show: { text } })),
  })
}

export async function answering(): Promise<Outcome<number>> {
  let asked = 0
  let answered = 0
  setHandler(defineUpdate<number>('slowly'), async () => {
    asked++
    // Lasts until the run has come to its seam, and a while beyond.
    await condition(() => false, '1s')
    return ++answered
  })
  await condition(() => asked > 0 || workflowInfo().continuedFromExecutionRunId !== undefined)
  for (const step of [1, 2, 3]) await put(`step ${step}`)
  return done(3)
}

export async function wandering(): Promise<Outcome<number>> {
  await put(workflowInfo().continuedFromExecutionRunId === undefined ? 'here' : 'there')
  await put('on')
  return done(1)
}

export async function pushing(input: { limits: Limits }): Promise<Outcome<number[]>> {
  return loop<number[]>({
    limits: input.limits,
    propose: async ({ best, number }) => {
      await put(`attempt ${number}`)
      const list = best?.value ?? []
      list.push(number)
      return [...list]
    },
    // Only the first attempt is any good: what follows must not creep into the best.
    verify: async (list): Promise<Verdict> => ({
      accepted: false,
      score: list.length === 1 ? 1 : 0,
      objections: [{ id: 'never', text: 'never enough' }],
      world: list.join(),
      evidence: [],
    }),
  })
}
