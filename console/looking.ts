import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { ClientProblem } from '../client/problem.ts'
import { decodePayloads, encodePayloads } from '../client/codec.ts'
import { checked } from '../client/input.ts'
import { entryOf } from '../contract/catalogue.ts'
import { type Declaration } from '../contract/declaration.ts'
import { isRef, type Json, type Ref } from '../contract/json.ts'
import { type Handlers } from './handlers.ts'
import { forbidden } from './of-tenant.ts'

const nobodys = 'nobody can tell whose what is encrypted is, and the token is of a tenant'

/** What looks at runs and at what is known before them. */
export const looking: Handlers<
  | 'listRuns'
  | 'resolveRun'
  | 'showRun'
  | 'statusOfRun'
  | 'inputOfRun'
  | 'whyOfRun'
  | 'traceOfRun'
  | 'graphOfRun'
  | 'historiesOfRun'
  | 'artifactsOfRun'
  | 'gatesOfRun'
  | 'gates'
  | 'artifact'
  | 'workflows'
  | 'workflow'
  | 'dryRun'
  | 'holds'
  | 'cases'
  | 'showCase'
  | 'facts'
  | 'schedules'
  | 'costs'
  | 'decodePayloads'
  | 'encodePayloads'
  | 'health'
  | 'me'
> = {
  listRuns: ({ loopwright }, { query: { status, workflow, tenant, limit } }) => {
    const about = { ...(status ? { status } : {}), ...(workflow ? { workflow } : {}), ...(tenant ? { tenant } : {}) }
    return loopwright.list({ ...about, ...(limit ? { limit } : {}) })
  },
  resolveRun: async ({ loopwright }, { query }) => ({ run: await loopwright.resolve(query.prefix) }),
  showRun: ({ loopwright }, { parameters: { run = '' } }) => loopwright.show(run),
  statusOfRun: async ({ loopwright }, { parameters: { run = '' } }) => {
    await loopwright.show(run)
    return loopwright.status(run)
  },
  inputOfRun: async ({ loopwright }, { parameters: { run = '' } }) => {
    const input = await loopwright.input(run)
    if (input === undefined) await loopwright.show(run)
    return { input: (input ?? null) as Json }
  },
  whyOfRun: async ({ loopwright }, { parameters: { run = '' } }) => ({ ...(await loopwright.why(run)) }),
  traceOfRun: ({ loopwright }, { parameters: { run = '' } }) => loopwright.trace(run),
  graphOfRun: async ({ loopwright }, { parameters: { run = '' } }) => {
    const { nodes, edges } = await loopwright.graph(run)
    return { nodes: nodes.map((node): Json => ({ ...node })), edges }
  },
  historiesOfRun: async ({ loopwright }, { parameters: { run = '' } }) =>
    (await loopwright.histories(run)).map((history): Json => JSON.parse(historyToJSON(history))),
  artifactsOfRun: async ({ loopwright }, { parameters: { run = '' } }) => refsIn(await loopwright.trace(run)),
  gatesOfRun: async ({ loopwright }, { parameters: { run = '' } }) => {
    const gates = await loopwright.gates(run)
    // A run that is not there asks nothing either, and is to be told from one that is.
    if (gates.length === 0) await loopwright.show(run)
    return gates
  },
  gates: ({ loopwright }) => loopwright.gates(),
  artifact: async ({ loopwright }, { parameters: { sha256 = '' } }) => {
    const missing = new ClientProblem('NotFound', `there is no artifact ${sha256.slice(0, 80)}`, 'look up its hash in the trace of its run')
    if (!/^[0-9a-f]{64}$/.test(sha256) || !(await loopwright.store.has(sha256))) throw missing
    const bytes = await loopwright.store.get(sha256)
    // Whatever it is, a browser saves it and never shows it as ours.
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename="${sha256}"` }
    return new Response(Uint8Array.from(bytes), { headers })
  },
  workflows: ({ declarations }) => Promise.resolve(Object.entries(declarations).map(([name, declaration]) => entry(name, declaration))),
  workflow: async ({ declarations }, { parameters: { workflow = '' } }) => entry(workflow, workflowOf(declarations, workflow)),
  dryRun: async ({ declarations }, { parameters: { workflow = '' }, body: { input } }) => {
    const declaration = workflowOf(declarations, workflow)
    checked(declaration.input, input, 'input', `loopwright start ${workflow} --help`)
    return entry(workflow, declaration, input)
  },
  holds: ({ loopwright }) => loopwright.holds.list(),
  cases: ({ loopwright }, { query: { status, workflow } }) =>
    loopwright.cases({ ...(status ? { status } : {}), ...(workflow ? { workflow } : {}) }),
  showCase: async ({ loopwright }, { parameters }) => ({ ...(await loopwright.showCase(parameters['case'] ?? '')) }),
  facts: ({ loopwright }, { query: { scope, of, tenant } }) =>
    loopwright.facts({ ...(scope ? { scope } : {}), ...(of ? { of } : {}), ...(tenant ? { tenant } : {}) }),
  schedules: ({ loopwright }) => loopwright.schedules.list(),
  costs: async ({ loopwright }, { query }) => ({ ...(await loopwright.costs(query)) }) as unknown as Json,
  decodePayloads: async ({ loopwright: { store } }, { identity, body: { payloads } }) =>
    identity.tenant === undefined ? { payloads: await decodePayloads(store, payloads) } : forbidden(nobodys),
  encodePayloads: async ({ loopwright: { store } }, { identity, body: { payloads } }) =>
    identity.tenant === undefined ? { payloads: await encodePayloads(store, payloads) } : forbidden(nobodys),
  health: ({ health }) => health(),
  me: ({ environment }, { identity: { name, roles, tenant } }) =>
    Promise.resolve({ name, roles, ...(tenant === undefined ? {} : { tenant }), vouched: Boolean(environment['LOOPWRIGHT_GRANT_KEY']) }),
}

/** The workflow of a name; one that is unknown is told which there are. */
export function workflowOf(known: Record<string, Declaration>, name: string): Declaration {
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  if (found) return found
  throw new ClientProblem(
    'InvalidInput',
    `there is no workflow ${name.slice(0, 80)}; there is ${Object.keys(known).join(', ')}`,
    'loopwright list --workflows',
  )
}

function entry(name: string, declaration: Declaration, input?: unknown) {
  // Schemas and examples are plain JSON: they are printed as such everywhere.
  return { ...entryOf(name, declaration, input) } as { name: string; description: string; input: Json; output: Json; example: Json }
}

/** Every artifact that some JSON names, each once. */
function refsIn(value: unknown, found = new Map<string, Ref>()): Ref[] {
  if (typeof value === 'object' && value !== null) {
    const { sha256, bytes } = value as Partial<Ref>
    const ref = { sha256, bytes }
    if (isRef(ref)) found.set(ref.sha256, ref)
    for (const inner of Object.values(value)) refsIn(inner, found)
  }
  return [...found.values()]
}
