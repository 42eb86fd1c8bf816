import { type z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { finish } from '../../../workflows/core/index.ts'
import { declarations as before } from './gates.ts'

/** What was deployed after ./gates.ts: a workflow more, and what there was replays as before. */
export const declarations = {
  ...before,
  added: declare({ ...before.asking, description: 'Was not there before.' }),
}
export { asking } from './gates.ts'

async function addedWorkflow(_input: z.output<typeof before.asking.input>): Promise<Outcome<[]>> {
  return finish.accepted([], 'Nothing was asked.')
}
export { addedWorkflow as added }
