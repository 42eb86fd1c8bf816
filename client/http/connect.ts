import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { randomUUID } from 'node:crypto'
import { type Case } from '../../contract/cases.ts'
import { type Fact } from '../../contract/facts.ts'
import { type Hold } from '../../contract/holds.ts'
import { type MessageAnswer, type MessageName, messages, type Status } from '../../contract/messages.ts'
import { type TraceRecord } from '../../contract/trace.ts'
import { type ShownCase } from '../cases.ts'
import { type Loopwright } from '../connect.ts'
import { type Costs } from '../costs/costs.ts'
import { type Ended } from '../ended.ts'
import { type Graph } from '../graph.ts'
import { type Told } from '../each.ts'
import { type Holds } from '../holds.ts'
import { checked } from '../input.ts'
import { type Listed, type OpenGate } from '../list.ts'
import { backTest } from '../policy/back-test.ts'
import { ClientProblem } from '../problem.ts'
import { type NewSchedule, type Scheduled, type Schedules } from '../schedules.ts'
import { type RunSummary } from '../summary.ts'
import { type Why } from '../why/why.ts'
import { type Api, call } from './call.ts'
import { storeOverHttp } from './store.ts'
import { attachOverHttp, eventsOverHttp, watchOverHttp } from './streaming.ts'

/** The same connection over the HTTP API of `loopwright serve`: who asks and decides is whoever the token says. */
export function connectOverHttp(api: Api): Loopwright {
  const about = (run: string) => ({ parameters: { run } })
  const send = (run: string, name: MessageName, message: unknown, options?: { waitMilliseconds?: number }) =>
    sendOverHttp(api, run, name, message, options)
  const ended = (run: string) => endOf(api, run)
  return {
    address: api.url,
    store: storeOverHttp(api),
    start: async (workflow, input, { id, tenant, policy } = {}) => {
      const body = {
        workflow,
        input,
        ...(id === undefined ? {} : { id }),
        ...(tenant === undefined ? {} : { tenant }),
        ...(policy ? { policy } : {}),
      }
      return (await call<{ run: string }>(api, 'startRun', { body })).run
    },
    result: async (run) => {
      const { outcome, failure } = await ended(run)
      if (outcome) return outcome
      throw new ClientProblem('RunFailed', failure.message, failure.next ?? `loopwright show ${run}`)
    },
    ended,
    status: (run) => call<Status>(api, 'statusOfRun', about(run)),
    gates: (run) => call<OpenGate[]>(api, run === undefined ? 'gates' : 'gatesOfRun', run === undefined ? {} : about(run)),
    send,
    decide: (run, message) => send(run, 'decide', message),
    steer: (run, message) => send(run, 'steer', message),
    pause: (run, message) => send(run, 'pause', message),
    resume: (run, message) => send(run, 'resume', message),
    extend: (run, message) => send(run, 'extend', message),
    hold: (run, message) => send(run, 'hold', message),
    tenant: async (run) => (await call<RunSummary>(api, 'showRun', about(run))).tenant,
    stop: async (run) => void (await call(api, 'stopRun', about(run))),
    kill: async (run, reason) => void (await call(api, 'killRun', { ...about(run), body: reason === undefined ? {} : { reason } })),
    list: (filter = {}) => call<Listed>(api, 'listRuns', { query: { ...filter } }),
    show: (run) => call<RunSummary>(api, 'showRun', about(run)),
    watch: (run, options) => watchOverHttp(api, run, options),
    attach: (run, options) => attachOverHttp(api, run, options),
    events: (run, options) => eventsOverHttp(api, run, options),
    resolve: async (prefix) => (await call<{ run: string }>(api, 'resolveRun', { query: { prefix } })).run,
    input: async (run) => (await call<{ input: unknown }>(api, 'inputOfRun', about(run))).input,
    histories: async (run) => (await call<unknown[]>(api, 'historiesOfRun', about(run))).map((history) => historyFromJSON(history)),
    graph: (run) => call<Graph>(api, 'graphOfRun', about(run)),
    trace: (run) => call<TraceRecord[]>(api, 'traceOfRun', about(run)),
    why: (run) => call<Why>(api, 'whyOfRun', about(run)),
    cases: (filter = {}) => call<Case[]>(api, 'cases', { query: { ...filter } }),
    showCase: (prefix) => call<ShownCase>(api, 'showCase', { parameters: { case: prefix } }),
    facts: (filter = {}) => call<Fact[]>(api, 'facts', { query: { ...filter } }),
    forget: (fact) => call<Fact>(api, 'forgetFact', { parameters: { fact } }),
    holds: holdsOverHttp(api),
    schedules: schedulesOverHttp(api),
    backTest: async (candidate, runs) =>
      backTest(
        (run) => call<TraceRecord[]>(api, 'traceOfRun', about(run)),
        'last' in runs ? (await call<Listed>(api, 'listRuns', { query: { limit: runs.last } })).runs.map(({ run }) => run) : runs,
        candidate,
      ),
    costs: ({ since, by }) => call<Costs>(api, 'costs', { query: { since: Math.round(since), by } }),
    close: () => Promise.resolve(),
  }
}

/** It carries an id, so that sending it again does nothing more. Who sends it the token says: a name or a grant of one's own is left here. */
async function sendOverHttp(
  api: Api,
  run: string,
  name: MessageName,
  message: unknown,
  { waitMilliseconds }: { waitMilliseconds?: number } = {},
): Promise<MessageAnswer> {
  const { by: _by, ...fits } = checked(messages[name].input, message, name, `loopwright ${name} --help`)
  const { grant: _grant, ...said } = { grant: undefined, ...fits }
  const body = { ...said, id: fits.id ?? randomUUID() }
  return call<MessageAnswer>(api, name, { parameters: { run }, body, ...(waitMilliseconds === undefined ? {} : { waitMilliseconds }) })
}

async function endOf(api: Api, run: string): Promise<Ended> {
  for await (const event of watchOverHttp(api, run)) {
    if (event.kind === 'ended') return event.outcome ? { outcome: event.outcome } : { failure: event.failure }
  }
  throw new ClientProblem('NoApi', `the API at ${api.url} went before ${run} ended`, `loopwright watch ${run}`)
}

/** Who does it the token says; what came of each run is told when all have been. */
function holdsOverHttp(api: Api): Holds {
  const tell = async (name: 'throwHold' | 'releaseHold', body: object, onTold: (told: Told) => void = () => {}) => {
    const told = await call<Told[]>(api, name, { body })
    for (const one of told) onTold(one)
    return told
  }
  return {
    list: () => call<Hold[]>(api, 'holds'),
    hold: (selector, { reason, onTold } = {}) => tell('throwHold', { ...selector, reason }, onTold),
    release: (selector, { reason, perSecond, onTold } = {}) => tell('releaseHold', { ...selector, reason, perSecond }, onTold),
  }
}

function schedulesOverHttp(api: Api): Schedules {
  const tell = async (name: 'pauseSchedule' | 'resumeSchedule' | 'runSchedule' | 'removeSchedule', schedule: string, note?: string) =>
    void (await call(api, name, { parameters: { schedule }, body: note === undefined ? {} : { note } }))
  return {
    create: async (schedule, settings: NewSchedule) => void (await call(api, 'createSchedule', { body: { schedule, ...settings } })),
    list: () => call<Scheduled[]>(api, 'schedules'),
    pause: (schedule, note) => tell('pauseSchedule', schedule, note),
    resume: (schedule, note) => tell('resumeSchedule', schedule, note),
    run: (schedule) => tell('runSchedule', schedule),
    remove: (schedule) => tell('removeSchedule', schedule),
  }
}
