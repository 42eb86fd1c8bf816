import { z } from 'zod'
import { administers, type ApiRole, decides, look, operates } from './api-roles.ts'
import { type Route, routesOf } from './api-route.ts'
import { AnswerShape, AttachedShape, GateShape, HealthShape, HoldShape, MeShape, NewScheduleShape, PayloadsShape } from './api-shapes.ts'
import { RunShape, ScheduleShape, StatusShape, ToldShape, WatchedShape, WhyShape, WorkflowEntry } from './api-shapes.ts'
import { Case, caseStatuses } from './cases.ts'
import { Fact, factScopes } from './facts.ts'
import { Selector } from './holds.ts'
import { Ref } from './json.ts'
import { type MessageName, messages } from './messages.ts'
import { RunEvent } from './run-events.ts'
import { TraceRecord } from './trace.ts'

/** Who may send each message. */
const senders: { [Name in MessageName]: ApiRole[] } = {
  decide: decides,
  steer: operates,
  pause: operates,
  resume: operates,
  extend: operates,
  hold: operates,
}

/** A message as it is sent over the API: who sends it is known by the token, which also vouches for it. */
function sendRoute<Name extends MessageName>(name: Name) {
  const { input, description } = messages[name]
  const fields = Object.entries<z.ZodType>(input.shape).filter(([field]) => field !== 'by' && field !== 'grant')
  const body = z.strictObject(Object.fromEntries(fields))
  return { method: 'post', path: `/runs/{run}/${name}`, roles: senders[name], description, body, answer: AnswerShape } as const
}

const Name = z.string().min(1).max(200)
const Nothing = z.strictObject({})
const Done = z.strictObject({ done: z.literal(true) })
const reason = z.string().min(1).max(2_000).optional().describe('Why, for whoever asks what a run waits for.')
const see = <Answer extends Route['answer']>(path: string, description: string, answer: Answer) =>
  ({ method: 'get', path, roles: look, description, answer }) as const
const tellSchedule = <Body extends z.ZodType>(what: string, roles: ApiRole[], description: string, body: Body) =>
  ({ method: 'post', path: `/schedules/{schedule}/${what}`, roles, description, body, answer: Done }) as const
const recode = (what: string, roles: ApiRole[], description: string) =>
  ({ method: 'post', path: `/codec/${what}`, roles, description, body: PayloadsShape, answer: PayloadsShape }) as const
const file = (path: string, description: string) => ({ method: 'get', path, roles: 'public', description, answer: 'file' }) as const

/** Every route of the HTTP API, by the name of what it does. One that is not here does not exist. */
export const routes = routesOf({
  listRuns: {
    ...see('/runs', 'Lists runs, newest first.', z.strictObject({ runs: z.array(RunShape), cannotFilter: z.string().optional() })),
    query: z.strictObject({
      status: z.enum(['open', 'running', 'waiting', 'paused', 'done', 'stopped', 'failed']).optional(),
      workflow: Name.optional(),
      tenant: Name.optional(),
      limit: z.coerce.number().int().positive().max(1_000).optional().describe('At most so many (50).'),
    }),
  },
  startRun: {
    method: 'post',
    path: '/runs',
    roles: operates,
    description: 'Starts a run; an unfinished run with the same id is used instead.',
    body: z.strictObject({
      workflow: Name,
      input: z.json(),
      id: Name.optional(),
      tenant: Name.optional().describe('Whose run it is. Default: of the tenant of the token, if it is of one.'),
      policy: z
        .record(z.string(), z.json())
        .optional()
        .describe('A policy that holds for this run, too; it can only tighten those of the workers.'),
    }),
    answer: z.strictObject({ run: z.string() }),
  },
  resolveRun: {
    ...see('/resolve', 'The full id of the only run whose id begins so.', z.strictObject({ run: z.string() })),
    query: z.strictObject({ prefix: Name }),
  },
  showRun: see('/runs/{run}', 'Tells what a run is doing, or how it ended.', RunShape),
  statusOfRun: see('/runs/{run}/status', 'What a live run says of itself.', StatusShape),
  inputOfRun: see('/runs/{run}/input', 'What a run was started with.', z.strictObject({ input: z.json() })),
  whyOfRun: see(
    '/runs/{run}/why',
    'In three sentences: what stopped it or what it waits for, on what evidence, what to do next.',
    WhyShape,
  ),
  traceOfRun: see('/runs/{run}/trace', 'Every decision of a run: who made it, on what, why, what it cost.', z.array(TraceRecord)),
  graphOfRun: see(
    '/runs/{run}/graph',
    'The steps of a run, as they nest and depend on each other.',
    z.strictObject({ nodes: z.array(z.json()), edges: z.array(z.strictObject({ from: z.string(), to: z.string() })) }),
  ),
  historiesOfRun: see('/runs/{run}/histories', "The histories of the run's executions as JSON, oldest first.", z.array(z.json())),
  artifactsOfRun: see('/runs/{run}/artifacts', 'What the trace of a run names by its hash.', z.array(Ref)),
  gatesOfRun: see('/runs/{run}/gates', 'The open questions of a run.', z.array(GateShape)),
  eventsOfRun: see('/runs/{run}/events', 'What happens in a run, from its start or behind `Last-Event-ID`, until it ends.', {
    stream: RunEvent,
  }),
  watchRun: see('/runs/{run}/watch', 'The status of a run whenever it changes, until it ends.', { stream: WatchedShape }),
  attachRun: {
    ...see('/runs/{run}/attach', 'What the steps of a run say, as they say it, until the run or the stage ends.', {
      stream: AttachedShape,
    }),
    query: z.strictObject({ stage: z.string().min(1).max(500).optional().describe('Only this stage and what is inside it.') }),
  },
  decide: sendRoute('decide'),
  steer: sendRoute('steer'),
  pause: sendRoute('pause'),
  resume: sendRoute('resume'),
  extend: sendRoute('extend'),
  hold: sendRoute('hold'),
  stopRun: {
    method: 'post',
    path: '/runs/{run}/stop',
    roles: operates,
    description: 'Ends a run in good order: it keeps its best attempt and says what it spent.',
    body: Nothing,
    answer: Done,
  },
  killRun: {
    method: 'post',
    path: '/runs/{run}/kill',
    roles: administers,
    description: 'Ends a run at once, without an outcome.',
    body: z.strictObject({ reason: z.string().min(1).max(1_000).optional().describe('It stands in the history.') }),
    answer: Done,
  },
  holds: see('/holds', 'What is held, for runs that start later, too.', z.array(HoldShape)),
  throwHold: {
    method: 'post',
    path: '/holds',
    roles: operates,
    description: 'Begins no step that uses a model or tool, or none of a workflow or tenant, also in runs that start later.',
    body: Selector.extend({ reason }),
    answer: z.array(ToldShape),
  },
  releaseHold: {
    method: 'post',
    path: '/holds/release',
    roles: operates,
    description: 'Releases what was held so, and lets the runs go on one after the other; it answers when all have been told.',
    body: Selector.extend({
      reason,
      perSecond: z.number().positive().max(1_000).optional().describe('How many held runs go on in a second (5).'),
    }),
    answer: z.array(ToldShape),
  },
  gates: see('/gates', 'The open questions of all runs, oldest first.', z.array(GateShape)),
  inbox: see('/inbox', 'The open questions and the newest runs, whenever any of it changes.', {
    stream: z.strictObject({ gates: z.array(GateShape), runs: z.array(RunShape) }),
  }),
  artifact: see('/artifacts/{sha256}', 'The bytes that a hash names.', 'bytes'),
  workflows: see(
    '/workflows',
    'The catalogue: every workflow with what goes in and out, its stages and an example.',
    z.array(WorkflowEntry),
  ),
  workflow: see('/workflows/{workflow}', 'One workflow of the catalogue.', WorkflowEntry),
  dryRun: {
    method: 'post',
    path: '/workflows/{workflow}/dry-run',
    roles: look,
    description: 'What a run with an input would go through and use at most; nothing is started, and nothing outside is looked at.',
    body: z.strictObject({ input: z.json() }),
    answer: WorkflowEntry,
  },
  cases: {
    ...see('/cases', 'The runs that something can be learnt from, newest first.', z.array(Case)),
    query: z.strictObject({ workflow: Name.optional(), status: z.enum(caseStatuses).optional() }),
  },
  showCase: see(
    '/cases/{case}',
    'The newest case of a run, with its best candidate.',
    z.looseObject({ ...Case.shape, candidate: z.json().optional() }),
  ),
  facts: {
    ...see('/facts', 'What runs remembered, newest first.', z.array(Fact)),
    query: z.strictObject({ scope: z.enum(factScopes).optional(), of: Name.optional(), tenant: Name.optional() }),
  },
  forgetFact: {
    method: 'post',
    path: '/facts/{fact}/forget',
    roles: administers,
    description: 'Forgets a fact for good.',
    body: Nothing,
    answer: Fact,
  },
  schedules: see('/schedules', 'The runs that start by themselves.', z.array(ScheduleShape)),
  createSchedule: {
    method: 'post',
    path: '/schedules',
    roles: administers,
    description: 'Starts a run of a workflow again and again.',
    body: NewScheduleShape,
    answer: Done,
  },
  pauseSchedule: tellSchedule('pause', operates, 'Starts no more runs until it is resumed.', z.strictObject({ note: Name.optional() })),
  resumeSchedule: tellSchedule('resume', operates, 'Starts runs again.', z.strictObject({ note: Name.optional() })),
  runSchedule: tellSchedule('run', operates, 'Starts a run now, unless the last one still works.', Nothing),
  removeSchedule: tellSchedule('remove', administers, 'Removes the schedule; its runs stay.', Nothing),
  costs: {
    ...see('/costs', 'What the runs of a period cost, and what each accepted outcome cost.', z.json()),
    query: z.strictObject({
      since: z.coerce.number().int().nonnegative().describe('Runs that ended since then, in milliseconds since the epoch.'),
      by: z.enum(['workflow', 'stage', 'model']).default('workflow'),
    }),
  },
  decodePayloads: recode('decode', look, 'What Temporal keeps, decrypted: the codec endpoint of its command line and its console.'),
  encodePayloads: recode('encode', operates, 'What its command line sends, encrypted as everything else.'),
  health: see('/health', 'Whether the server of the runs answers, and how many workers ask it for work.', HealthShape),
  me: see('/me', 'Whose token this is, and what it may do.', MeShape),
  signIn: {
    method: 'post',
    path: '/session',
    roles: 'public',
    description: 'Changes a one-time code, or a token, for a token of this browser.',
    body: z.union([z.strictObject({ code: z.string().min(1).max(200) }), z.strictObject({ token: z.string().min(1).max(200) })]),
    answer: z.strictObject({ token: z.string(), name: z.string(), roles: z.array(z.string()) }),
  },
  signOut: {
    method: 'post',
    path: '/session/end',
    roles: look,
    description: 'Forgets the token of this browser.',
    body: Nothing,
    answer: Done,
  },
  openapi: { method: 'get', path: '/openapi.json', roles: 'public', description: 'This description, as OpenAPI 3.1.', answer: z.json() },
  page: file('/', 'The inbox page.'),
  pageFile: file('/page/{file}', 'Its scripts and its style.'),
})
export type RouteName = keyof typeof routes
