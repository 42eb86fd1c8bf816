import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { finish, openWorkspace, tools, use } from '../../../workflows/core/index.ts'

const Call = z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.json()).default({}) })
const Calls = z.strictObject({
  repo: z.string().optional(),
  allowRun: z.boolean().default(false),
  calls: z.array(Call).describe('Done one after the other.'),
  stops: z.boolean().default(false).describe('Ends as stopped after the calls.'),
  limits: Limits.prefault({}),
})
const calls = declare({
  description: 'Uses tools one after the other.',
  input: Calls,
  output: z.array(z.json()),
  models: () => [],
  example: { calls: [{ tool: 'mail', arguments: { text: 'hello' } }] },
})

export const declarations = { calls }

async function callsWorkflow({ repo, allowRun, calls: wanted, stops }: z.output<typeof Calls>): Promise<Outcome<unknown>> {
  const workspace = repo === undefined ? undefined : await openWorkspace(repo, { test: 'true', allowRun })
  const results: unknown[] = []
  for (const { tool: name, arguments: given } of wanted) {
    const tool = workspace?.tools.find((known) => known.name === name) ?? tools(name)[0]!
    results.push(await use(tool, given))
  }
  if (workspace) results.push(await workspace.patch())
  return stops ? finish.stopped('declined', 'It was to stop.') : finish.accepted(results, 'All was done.')
}
export { callsWorkflow as calls }
