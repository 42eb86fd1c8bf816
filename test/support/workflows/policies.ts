import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { agent, begin, child, finish, openWorkspace, parallel, tools, use } from '../../../workflows/core/index.ts'

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

const Family = z.strictObject({
  before: z.array(Call).default([]),
  children: z.array(z.looseObject({})).default([]).describe('Families again.'),
  begins: z.string().optional().describe('Starts a run that goes on by itself, under this id.'),
  after: z.array(Call).default([]),
  fails: z.boolean().default(false),
  limits: Limits.prefault({}),
})
interface FamilyInput {
  before: z.output<typeof Call>[]
  children: object[]
  begins?: string | undefined
  after: z.output<typeof Call>[]
  fails: boolean
}
const family = declare({
  description: 'Uses tools, has runs of its own do the same side by side, and uses tools again.',
  input: Family,
  output: z.array(z.string()),
  models: () => [],
  example: {},
})

const Acting = z.strictObject({ tools: z.array(z.string()), limits: Limits.prefault({}) })
const acting = declare({
  description: "An agent with tools of one's own.",
  input: Acting,
  output: z.int(),
  models: () => ['openai/acting'],
  example: { tools: ['mail'] },
})

export const declarations = { calls, family, acting }

/** How many turns it took. */
async function actingWorkflow({ tools: names }: z.output<typeof Acting>): Promise<Outcome<number>> {
  const { turns } = await agent({ name: 'act', goal: 'act', models: ['openai/acting'], tools: tools(...names), turns: 200 })
  return finish.accepted(turns, 'It has acted.')
}

/** What was denied or failed, by its text; `done` for everything else. */
async function familyWorkflow({ before, children, begins, after, fails }: FamilyInput): Promise<Outcome<string[]>> {
  const each = async (wanted: FamilyInput['before']) => {
    const said: string[] = []
    for (const { tool, arguments: given } of wanted) {
      const { text, failed } = await use(tools(tool)[0]!, given)
      said.push(failed ? (typeof text === 'string' ? text : text.sha256) : 'done')
    }
    return said
  }
  const own = await each(before)
  if (begins !== undefined) await begin('calls', begins, { calls: [{ tool: 'mail', arguments: { text: begins } }] })
  const below = await parallel(
    children.map(
      (input) => () =>
        child('family', input).then(
          ({ value }) => value as string[],
          (error: unknown) => [`failed: ${error instanceof Error ? error.message : String(error)}`],
        ),
    ),
  )
  const last = await each(after)
  if (fails) throw new TypeError('this family is broken')
  return finish.accepted([...own, ...below.flat(), ...last], 'All was done.')
}

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
export { actingWorkflow as acting, callsWorkflow as calls, familyWorkflow as family }
