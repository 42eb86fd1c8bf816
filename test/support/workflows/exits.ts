import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { Models } from '../../../contract/models.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { ask, exit, finish, loop, parallel, stage } from '../../../workflows/core/index.ts'

const Leaving = z.strictObject({
  models: Models,
  how: z.enum(['accepted', 'stopped', 'twice', 'caught', 'unfit']),
  limits: Limits.prefault({}),
})
type Leaving = z.output<typeof Leaving>
const leaving = declare({
  description: 'Leaves from deep inside.',
  input: Leaving,
  output: z.string(),
  models: ({ models }) => models,
  example: { models: 'openai/x', how: 'accepted' },
})
export const declarations = { leaving }

/** Three branches that are all waited for: one that leaves from a loop in a loop, one in the middle of a call, one that would go on asking. */
async function leavingWorkflow({ models, how, limits }: Leaving): Promise<Outcome<string>> {
  const say = (content: string) => ask(models, { messages: [{ role: 'user', content }] })
  const branches = [
    async () => {
      await say('first')
      await inLoops(how, limits, () => stage({ name: 'inner', models, prompt: 'look' }))
    },
    async () => void (await say('hang')),
    async () => {
      for (let number = 1; number < 50; number++) await say(`more ${number}`)
    },
  ]
  if (how !== 'caught') {
    await parallel(branches, { failFast: false })
    return finish.accepted('to the end', 'Nobody left.')
  }
  await parallel(branches, { failFast: false }).catch(() => undefined)
  return finish.accepted('caught', 'The exit was caught.')
}
export { leavingWorkflow as leaving }

async function inLoops(how: Leaving['how'], limits: Limits, look: () => Promise<unknown>): Promise<void> {
  const inner = () =>
    loop<string>({
      name: 'inner',
      limits,
      propose: async () => {
        await look()
        return leave(how)
      },
      verify: () => Promise.resolve({ accepted: true, objections: [], evidence: [] }),
    })
  await loop<string>({
    name: 'outer',
    limits,
    propose: async () => (await inner()).value ?? '',
    verify: () => Promise.resolve({ accepted: true, objections: [], evidence: [] }),
  })
}

function leave(how: Leaving['how']): never {
  if (how === 'stopped') exit({ status: 'stopped', reason: 'blocked', why: 'There is nothing to do here.' })
  if (how === 'unfit') exit({ status: 'accepted', value: 7, why: 'A number.' })
  try {
    exit({ status: 'accepted', value: 'early', why: 'It was there already.' })
  } catch (error) {
    if (how !== 'twice') throw error
    exit({ status: 'stopped', reason: 'declined', why: 'The second one.' })
  }
}
