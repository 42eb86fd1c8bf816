import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { gateKinds } from '../../../contract/gates.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { type Decision, finish, gate, parallel } from '../../../workflows/core/index.ts'
import { keepOutput } from '../../../workflows/core/output.ts'

const Rung = z.strictObject({
  minutes: z.number(),
  then: z.union([
    z.literal('remind'),
    z.strictObject({ to: z.string() }),
    z.strictObject({ answer: z.enum(['yes', 'no', 'stop']), note: z.string().optional(), value: z.json().optional() }),
  ]),
})
const Asking = z.strictObject({
  gates: z.array(
    z.strictObject({
      kind: z.enum(gateKinds),
      question: z.string().default('What now?'),
      show: z.json().optional(),
      options: z.array(z.string()).optional(),
      many: z.literal(true).optional(),
      schema: z.record(z.string(), z.json()).optional(),
      needs: z.any().optional(),
      deadline: z.array(Rung).optional(),
      to: z.string().optional(),
    }),
  ),
  limits: Limits.prefault({}),
})
const asking = declare({
  description: 'Asks people, all at once.',
  input: Asking,
  output: z.array(z.json()),
  models: () => [],
  example: { gates: [{ kind: 'confirm' }] },
})
export const declarations = { asking }

/** Each answer is followed by a step, so that a run that continues as new after every step does so while other gates are open. */
async function askingWorkflow({ gates }: z.output<typeof Asking>): Promise<Outcome<Decision[]>> {
  const ask = async (one: (typeof gates)[number], index: number) => {
    const answer = await gate({ show: { about: one.question }, ...(one as { kind: 'confirm'; question: string }) })
    await keepOutput(`answer ${index}`, 'noted '.repeat(100))
    return answer
  }
  const answers = await parallel(
    gates.map((one, index) => () => ask(one, index)),
    { failFast: false },
  )
  return finish.accepted(answers, 'All have answered.')
}
export { askingWorkflow as asking }
