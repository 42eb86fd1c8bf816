import type { History } from '@temporalio/common/lib/proto-utils.js'
import { type WorkflowHandle } from '@temporalio/client'
import { declarations } from '../contract/declarations.ts'
import { type Json } from '../contract/json.ts'
import { type MessageAnswer, type MessageName, type Status } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { type RunEvent } from '../contract/run-events.ts'
import { type TraceRecord } from '../contract/trace.ts'
import { type ArtifactStore } from '../store/store.ts'
import { type Case } from '../contract/cases.ts'
import { type CaseFilter, cases, showCase, type ShownCase } from './cases.ts'
import { ask } from './asking.ts'
import { attach, type Attached, type AttachOptions } from './attach/attach.ts'
import { costs } from './costs/find.ts'
import { type Costs, type CostView } from './costs/costs.ts'
import { type Ended, ended, result } from './ended.ts'
import { type EventOptions, events } from './events.ts'
import { type FactFilter, facts, forgetFact } from './facts.ts'
import { type Fact } from '../contract/facts.ts'
import { foldHistory, type Graph } from './graph.ts'
import { histories, inputOf } from './history.ts'
import { type Holds, holdsOf } from './holds.ts'
import { type Filter, gates, list, type Listed, type OpenGate } from './list.ts'
import { type Policies } from '../contract/policy/policy.ts'
import { backTest, type BackTest } from './policy/back-test.ts'
import { lastRuns } from './policy/last-runs.ts'
import { type MessageFunctions, send } from './messages.ts'
import { ClientProblem } from './problem.ts'
import { resolve } from './resolve.ts'
import { connectOverHttp } from './http/connect.ts'
import { apiOf } from './http/call.ts'
import { type ConnectOptions, openServer } from './server.ts'
import { type Schedules, schedulesOf } from './schedules.ts'
import { show } from './show.ts'
import { type InputOf, start, type StartOptions } from './starting.ts'
import { type RunSummary } from './summary.ts'
import { tenantOfRun } from './tenant.ts'
import { foldTrace } from './trace/trace.ts'
import { type Why, whyEnded, whyOpen } from './why/why.ts'
import { watch, type Watched, type WatchOptions } from './watch.ts'

/** A connection to the runs of one Temporal namespace. Every `run` is a full id; `resolve` makes one of a prefix. */
export interface Loopwright extends MessageFunctions {
  /** The server it is connected to. */
  readonly address: string
  /** Where artifacts, patches among them, are read. */
  readonly store: ArtifactStore
  /** Starts a run and returns its id; the input is checked first, and an unfinished run with the same id is used instead. */
  start<Name extends string>(workflow: Name, input: InputOf<Name>, options?: StartOptions): Promise<string>
  /** Waits for the outcome; a run that fails throws `RunFailed`. */
  result(run: string): Promise<Outcome<Json>>
  /** Waits for the end, whatever it is. */
  ended(run: string): Promise<Ended>
  /** What a live run is doing. */
  status(run: string): Promise<Status>
  /** The open questions to people, oldest first, of one run or of all. */
  gates(run?: string): Promise<OpenGate[]>
  /** Sends a message by its name; it is checked against its schema like the typed ones. */
  send(run: string, name: MessageName, message: unknown, options?: { waitMilliseconds?: number }): Promise<MessageAnswer>
  /** Whose run it is; undefined where it is nobody's, or the server does not know it. */
  tenant(run: string): Promise<string | undefined>
  /** Ends a run in good order: it keeps its best attempt and says what it spent. */
  stop(run: string): Promise<void>
  /** Ends a run at once, without an outcome. */
  kill(run: string, reason?: string): Promise<void>
  list(filter?: Filter): Promise<Listed>
  show(run: string): Promise<RunSummary>
  /** Follows a run until it ends; leaving the iteration, or the signal, detaches. */
  watch(run: string, options?: WatchOptions): AsyncGenerator<Watched, void, undefined>
  /** What happens in a run, as its history tells, until it ends; from its beginning or behind an event. */
  events(run: string, options?: EventOptions): AsyncGenerator<RunEvent, void, undefined>
  /** Shows what the steps of a run say, as they say it: a model's words, the output of tools and tests. */
  attach(run: string, options?: AttachOptions): AsyncGenerator<Attached, void, undefined>
  resolve(prefix: string): Promise<string>
  /** What the run was started with. */
  input(run: string): Promise<unknown>
  /** The histories of the run's executions, oldest first. */
  histories(run: string): Promise<History[]>
  graph(run: string): Promise<Graph>
  /** Every decision of a run: who, what they saw, why, what it cost. */
  trace(run: string): Promise<TraceRecord[]>
  /** In three sentences: what stopped it or what it waits for, on what evidence, what to do next. */
  why(run: string): Promise<Why>
  /** Runs that start by themselves. */
  readonly schedules: Schedules
  /** Runs that something can be learnt from, newest first: stopped, failed, killed, escalated, corrected. */
  cases(filter?: CaseFilter): Promise<Case[]>
  /** The newest case of the only run that starts with a prefix, with its best candidate. */
  showCase(prefix: string): Promise<ShownCase>
  /** What runs remembered, newest first. */
  facts(filter?: FactFilter): Promise<Fact[]>
  /** Forgets a fact for good, and returns what it said. */
  forget(fact: string): Promise<Fact>
  /** Switches that hold every run that uses a model or tool, or is of a workflow or tenant. */
  readonly holds: Holds
  /** What a candidate policy would have said of recorded runs: of those that are named, or of the last so many that were kept. Nothing is touched. */
  backTest(candidate: Policies, runs: string[] | { last: number }): Promise<BackTest>
  /** What the runs that ended since a time (milliseconds since the epoch) cost, also per accepted outcome. */
  costs(options: { since: number; by: CostView }): Promise<Costs>
  close(): Promise<void>
}

/** Connects to the Temporal server that holds the runs, or to the HTTP API in front of it. */
export async function connect(options: ConnectOptions = {}): Promise<Loopwright> {
  const api = apiOf(options)
  if (api) return connectOverHttp(api)
  const server = await openServer(options, declarations)
  const handle = (run: string) => server.workflows.getHandle(run)
  return {
    address: server.address,
    store: server.store,
    start: (workflow, input, startOptions) => start(server, workflow, input, startOptions),
    result: (run) => result(server, run),
    ended: (run) => ended(server, run),
    status: async (run) => {
      const { answer, silent } = await ask(server, run, 'status')
      if (answer) return answer
      throw new ClientProblem('NoWorker', `${run}: ${silent}`, `loopwright show ${run}`)
    },
    gates: (run) => gates(server, run),
    send: (run, name, message, sendOptions) => send(server, run, name, message, sendOptions?.waitMilliseconds),
    decide: (run, message) => send(server, run, 'decide', message),
    steer: (run, message) => send(server, run, 'steer', message),
    pause: (run, message) => send(server, run, 'pause', message),
    resume: (run, message) => send(server, run, 'resume', message),
    extend: (run, message) => send(server, run, 'extend', message),
    hold: (run, message) => send(server, run, 'hold', message),
    tenant: (run) => tenantOfRun(server, run),
    stop: (run) => whileOpen(handle(run), (open) => open.cancel()),
    kill: (run, reason) => whileOpen(handle(run), (open) => open.terminate(reason)),
    list: (filter) => list(server, filter),
    show: (run) => show(server, run),
    watch: (run, watchOptions) => watch(server, run, watchOptions),
    events: (run, eventOptions) => events(server, run, eventOptions),
    attach: (run, attachOptions) => attach(server, run, attachOptions),
    resolve: (prefix) => resolve(server, prefix),
    input: (run) => inputOf(server, run),
    histories: (run) => histories(server, run),
    graph: async (run) => foldHistory(await histories(server, run)),
    trace: async (run) => foldTrace(server, run, await histories(server, run)),
    why: async (run) => {
      const summary = await show(server, run)
      if (!summary.outcome && !summary.failure) return whyOpen(summary)
      return whyEnded(await foldTrace(server, run, await histories(server, run)))
    },
    schedules: schedulesOf(server),
    cases: (filter) => cases(server.store, filter),
    showCase: (prefix) => showCase(server.store, prefix),
    facts: (filter) => facts(server.store, filter),
    forget: (fact) => forgetFact(server.store, fact),
    holds: holdsOf(server),
    backTest: async (candidate, runs) =>
      backTest(
        async (run) => foldTrace(server, run, await histories(server, run)),
        'last' in runs ? await lastRuns(server, runs.last) : runs,
        candidate,
      ),
    costs: (costOptions) => costs(server, server, costOptions),
    close: () => server.connection.close(),
  }
}

/** Does something to a run that has not ended; of one that has, says so. */
async function whileOpen(handle: WorkflowHandle, act: (open: WorkflowHandle) => Promise<unknown>): Promise<void> {
  const { closeTime } = await handle.describe()
  if (closeTime === undefined) await act(handle)
  else
    throw new ClientProblem('RunEnded', `${handle.workflowId} has ended already; nothing was done`, `loopwright show ${handle.workflowId}`)
}
