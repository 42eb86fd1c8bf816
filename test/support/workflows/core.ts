import { ApplicationFailure, condition, sleep } from '@temporalio/workflow'
import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { type Json } from '../../../contract/json.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { type Verdict } from '../../../contract/verdict.ts'
import { gate, loop, parallel } from '../../../workflows/core/index.ts'
import { road } from '../../../workflows/core/road.ts'
import { activities } from '../../../workflows/core/activities.ts'

const Counting = z.strictObject({
  target: z.int(),
  approve: z.boolean().default(false),
  fallback: z.array(z.enum(['human', 'best', 'fail'])).default(['best']),
  step: z.int().default(1),
  start: z.int().default(0),
  limits: Limits.prefault({}),
})

const counting = declare({
  description: 'Counts up to a number.',
  input: Counting,
  output: z.int(),
  models: () => [],
  example: { target: 3 },
})
const branching = declare({
  description: 'Runs loops in parallel branches.',
  input: z.strictObject({ branches: z.int(), target: z.int(), limits: Limits.prefault({}) }),
  output: z.array(z.int()),
  models: () => [],
  example: { branches: 2, target: 2 },
})
const broken = declare({
  description: 'Throws.',
  input: z.strictObject({ how: z.string(), limits: Limits.prefault({}) }),
  output: z.int(),
  models: () => [],
  example: { how: 'TypeError' },
})
const slow = declare({
  description: 'Takes long steps.',
  input: z.strictObject({ steps: z.int(), limits: Limits.prefault({}) }),
  output: z.int(),
  models: () => [],
  example: { steps: 1 },
})

const holding = declare({
  description: 'Remembers much, in many scripts, while a gate is open beside a branch that works.',
  input: z.strictObject({ steps: z.int(), characters: z.int(), limits: Limits.prefault({}) }),
  output: z.int(),
  models: () => [],
  example: { steps: 3, characters: 10 },
})
const inner = declare({
  description: 'A loop whose value is of another kind than the run returns.',
  input: z.strictObject({ limits: Limits.prefault({}) }),
  output: z.string(),
  models: () => [],
  example: {},
})
const unsure = declare({
  description: 'Its verifier fails for one candidate.',
  input: z.strictObject({ limits: Limits.prefault({}) }),
  output: z.int(),
  models: () => [],
  example: {},
})
const strangeDeclaration = declare({
  description: 'Its declaration throws.',
  input: z.strictObject({ limits: Limits.prefault({}) }),
  output: z.int(),
  models: () => {
    throw new Error('no models today')
  },
  example: {},
})

export const declarations = { counting, branching, broken, slow, holding, inner, unsure, strange: strangeDeclaration }

/** A step in the world: puts a text into the store. */
export function put(text: string): Promise<string> {
  return road({ name: 'put', kind: 'tool', text: `put ${text}`, call: { text } }, async (path) => {
    await activities(path, { quick: true }).putArtifacts([text])
    return text
  })
}

function distance(target: number, value: number): Verdict {
  const objections = Array.from({ length: Math.max(0, target - value) }, (_, index) => ({ id: `missing ${index + 1}`, text: 'count on' }))
  return { accepted: objections.length === 0, score: -objections.length, objections, world: String(value), evidence: [] }
}

function count(
  target: number,
  step: number,
  limits: Limits,
  options: { start?: number; approve?: boolean; fallback?: ('human' | 'best' | 'fail')[] } = {},
): Promise<Outcome<number>> {
  return loop<number>({
    limits,
    baseline: options.start ?? 0,
    ...(options.fallback ? { fallback: options.fallback } : {}),
    propose: async ({ best, feedback }) => {
      const note = feedback.find(({ id }) => id === 'person')?.text
      await put(`count from ${best?.value} ${note ?? ''}`)
      const next = (best?.value ?? 0) + step
      return note === 'one more please' ? next : Math.min(next, target)
    },
    verify: async (value) => {
      await put(`look at ${value}`)
      return distance(target, value)
    },
    approve: options.approve ? (value) => gate({ kind: 'confirm', question: `Is ${value} right?`, show: { value } }) : false,
  })
}

export async function counting_(input: z.output<typeof Counting>): Promise<Outcome<number>> {
  return count(input.target, input.step, input.limits, input)
}
export { counting_ as counting }

async function branchingWorkflow({
  branches,
  target,
  limits,
}: {
  branches: number
  target: number
  limits: Limits
}): Promise<Outcome<number[]>> {
  const outcomes = await parallel(
    Array.from({ length: branches }, (_, index) => async () => {
      await put(`branch ${index}`)
      return count(target + index, 1, limits)
    }),
  )
  const value = outcomes.map((outcome) => outcome.value ?? -1)
  return { status: 'accepted', why: 'all branches ended', value, spent: outcomes[0]!.spent }
}
export { branchingWorkflow as branching }

async function brokenWorkflow({ how }: { how: string }): Promise<unknown> {
  if (how === 'TypeError') return (undefined as unknown as { a: Json[] }).a.length
  if (how === 'NaN')
    return { status: 'accepted', why: '', value: Number.NaN, spent: { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 } }
  if (how === 'sleep') await sleep('1h')
  if (how === 'wait') await condition(() => false)
  return { status: 'accepted', why: 'no value', spent: { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 } }
}
export { brokenWorkflow as broken }

async function slowWorkflow({ steps }: { steps: number }): Promise<Outcome<number>> {
  for (let step = 1; step <= steps; step++) await put(`step ${step}`)
  return { status: 'accepted', why: 'done', value: steps, spent: { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 } }
}
export { slowWorkflow as slow }

async function holdingWorkflow({ steps, characters }: { steps: number; characters: number }): Promise<Outcome<number>> {
  const [lengths] = await parallel<number>([
    async () => {
      let length = 0
      for (let step = 1; step <= steps; step++) length += (await put('漢字"\\😀'.repeat(characters))).length
      return length
    },
    async () => {
      const { answer } = await gate({ kind: 'confirm', question: 'Ready?', show: {} })
      return answer === 'yes' ? 1 : 0
    },
  ])
  return { status: 'accepted', why: 'both ended', value: lengths!, spent: { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 } }
}
export { holdingWorkflow as holding }

async function innerWorkflow({ limits }: { limits: Limits }): Promise<unknown> {
  await count(5, 1, limits)
  await gate({ kind: 'confirm', question: 'Go on?', show: {} })
  return undefined
}
export { innerWorkflow as inner }

async function unsureWorkflow({ limits }: { limits: Limits }): Promise<Outcome<number>> {
  return loop<number>({
    limits,
    propose: async ({ number }) => {
      await put(`propose ${number}`)
      return number
    },
    verify: async (value) => {
      if (value > 1) throw ApplicationFailure.nonRetryable('the verifier broke', 'Broken')
      return distance(4, value)
    },
  })
}
export { unsureWorkflow as unsure }

export async function strange(): Promise<void> {}

/** Not declared: must pass through untouched. */
export async function plain(name: string): Promise<string> {
  await sleep(1)
  return `hello ${name}`
}
