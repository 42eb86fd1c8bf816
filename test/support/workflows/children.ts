import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, ask, child, gate, parallel } from '../../../workflows/core/index.ts'
import { put } from './core.ts'

const Task = z.strictObject({
  do: z.enum(['ask', 'put', 'wait', 'fail', 'nest', 'steer', 'tree']),
  times: z.int().default(1),
  limits: Limits.partial().optional(),
})
type Task = z.output<typeof Task>
const limits = Limits.prefault({})
const models = () => ['openai/local']
const spent = { tokens: 0, microDollars: 0, milliseconds: 0, attempts: 0 }

export const declarations = {
  parent: declare({
    description: 'Has its tasks done by runs of their own.',
    input: z.strictObject({ tasks: z.array(Task), beside: z.int().default(0), limits }),
    output: z.array(z.string()),
    models,
    example: { tasks: [] },
  }),
  worker: declare({
    description: 'Does one task.',
    input: Task.extend({ limits }),
    output: z.int(),
    models,
    example: { do: 'put' },
  }),
}

/** Tasks side by side; what became of each, in order. */
export async function parent({ tasks, beside }: { tasks: Task[]; beside: number }): Promise<Outcome<string[]>> {
  const branches = tasks.map((task) => async () => {
    const outcome = await child('worker', task)
    return `${outcome.status} ${outcome.reason ?? String(outcome.value)}`
  })
  const own = async () => {
    for (let step = 1; step <= beside; step++) await put(`beside ${step}`)
    return 'beside'
  }
  const value = await parallel(beside > 0 ? [...branches, own] : branches)
  return { status: 'accepted', why: 'all tasks ended', value, spent }
}

export async function worker(task: Task): Promise<Outcome<number>> {
  const { do: what, times } = task
  if (what === 'nest') return nested(times)
  if (what === 'tree') return tree(times)
  if (what === 'fail') throw new TypeError('this task is broken')
  if (what === 'wait') await gate({ kind: 'confirm', question: 'Go on?', show: {} })
  if (what === 'steer') await agent({ name: 'talk', goal: 'talk', models: models(), tools: [] })
  if (what === 'put') for (let step = 1; step <= times; step++) await put(`step ${step}`)
  if (what === 'ask')
    await parallel(
      Array.from({ length: times }, (_, index) => async () => {
        await ask(models(), { messages: [{ role: 'user', content: `${index}` }], maxOutputTokens: 300 })
      }),
    )
  return { status: 'accepted', why: 'done', value: times, spent }
}

async function nested(times: number): Promise<Outcome<number>> {
  const { value } = await child('worker', { do: times > 1 ? 'nest' : 'put', times: times - 1 })
  return { status: 'accepted', why: 'done below', value: Number(value) + 1, spent }
}

/** Questions of its own beside two runs that do the same, down to the leaves. */
async function tree(times: number): Promise<Outcome<number>> {
  const own = Array.from({ length: 4 }, (_, index) => async () => {
    await ask(models(), { messages: [{ role: 'user', content: `${times} ${index}` }], maxOutputTokens: 300 })
    return 1
  })
  const below = [1, 2].map(() => async () => {
    const { value } = await child('worker', { do: 'tree', times: times - 1, limits: { tokens: 100_000 } })
    return Number(value)
  })
  const counts = await parallel(times > 1 ? [...own, ...below] : own)
  return { status: 'accepted', why: 'all asked', value: counts.reduce((sum, count) => sum + count, 0), spent }
}
