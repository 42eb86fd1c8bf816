import { type CancellationScope, type ChildWorkflowHandle, type Workflow, workflowInfo } from '@temporalio/workflow'
import { type Carried, type DecisionRecord, type ModelRecord, type Remembered } from '../../contract/carried.ts'
import { type Declaration } from '../../contract/declaration.ts'
import { type Hold, holdKey, type Uses } from '../../contract/holds.ts'
import { type Json, type Ref } from '../../contract/json.ts'
import { type Extension, type Limits } from '../../contract/limits.ts'
import { type Gate, type Line, type Message, type MessageAnswer, type OpenStage, type Status } from '../../contract/messages.ts'
import { type Best, type Spent, type StopReason } from '../../contract/outcome.ts'
import { type Counted } from '../../contract/policy/counting.ts'
import { type Preflight } from '../../contract/preflight.ts'
import { type Receipt } from '../../contract/workspace.ts'
import { Clock } from './clock.ts'
import { type Budget, openBudget } from './ledger.ts'
import { type Scope } from './scope.ts'
import { type Progress } from './status.ts'

/** Older lines for people are forgotten. */
export const mostLines = 50

/** A stage that is open, with what cancels it while it is in flight. */
export interface Open extends OpenStage {
  scope?: CancellationScope
}

/** A gate that is open, and the decision that waits to be read. */
export interface OpenGate extends Gate {
  queue: { decision: Message<'decide'>; answer?: MessageAnswer }[]
  /** How many notices of it there were in this execution, besides the first. */
  noticed?: number
  /** Whether something else than a decision answers it. */
  until: () => boolean
}

/** Everything one execution of a run knows. Plain data and counters: what decides stands in the files that use it. */
export class Run {
  readonly id = workflowInfo().workflowId
  readonly workflow = workflowInfo().workflowType
  readonly declaration: Declaration
  readonly models: string[]
  readonly startedAt: number
  readonly continued: number
  readonly depth: number
  readonly seamEvery: number | undefined
  readonly mostSteered: number | undefined
  readonly root: Scope
  readonly budget: Budget
  readonly clock: Clock
  readonly open = new Map<string, Open>()
  /** Runs of their own that this one waits for, by the path of their stage. */
  readonly children = new Map<string, ChildWorkflowHandle<Workflow>>()
  readonly gates = new Map<string, OpenGate>()
  /** False until what the last execution remembered has been read: messages wait. */
  ready = false
  readonly answered = new Map<string, MessageAnswer>()
  /** Answers that are being made, by message id. */
  readonly answering = new Map<string, Promise<MessageAnswer>>()
  modelRecords: Record<string, ModelRecord> = {}
  decisions: DecisionRecord[] = []
  readonly kept = new Map<string, Ref>()
  /** Texts that are being put into the artifact store, by their hash. */
  readonly keeping = new Map<string, Promise<unknown>>()
  lines: Line[] = []
  /** What is known of the effects of tools of one's own, by their ids. */
  readonly effects = new Map<string, Receipt>()
  /** Gates of the last execution that have not opened again yet, and since when each is open. */
  readonly expectedGates: Map<string, number>
  recall: Remembered['recall'] = {}
  state: Remembered['state'] = {}
  /** As the input has them. */
  readonly given: Limits
  limits: Limits
  /** The limits that a person has raised. */
  raised: Extension
  preflight: Preflight | undefined
  steering: Message<'steer'>[] = []
  paused: boolean
  /** Stages that are paused with everything inside, by path. */
  readonly pausedStages: Set<string>
  /** What is held, by what it is about. */
  readonly holds: Map<string, Hold>
  /** Steps that wait at the entry of a road, and what each would use. */
  readonly waiting = new Map<string, Uses>()
  /** Steps that wait for something outside to be mended, and for what, by path. */
  readonly parked = new Map<string, string>()
  /** How often a person has told the run to go on. */
  resumed = 0
  /** What shares of the budget have spent, by the path of their group. */
  readonly shares: Map<string, Budget>
  /** Of each open loop, by its path. */
  readonly progress = new Map<string, Progress>()
  /** The search attributes as they stand on the server. */
  readonly shown: Record<string, string>
  /** Why the run ended as stopped, for the search attributes. */
  endReason: StopReason | undefined
  /** Stages that hold a slot. */
  inFlight = 0
  /** What the run above has counted, by the stage that waits for it. */
  readonly counted = new Map<string, Counted>()
  /** Grants that this execution has looked at. */
  grants = 0
  /** Updates that this execution has taken. */
  updates = 0
  /** Steps performed by this execution. */
  steps = 0
  attempts: number
  best: Best<Json> | undefined
  stop: { reason: StopReason; why: string } | undefined
  ended: { status: Status['status']; why: string } | undefined
  /** New steps wait for the next execution. */
  seaming = false

  constructor(declaration: Declaration, input: unknown, limits: Limits, carried: Partial<Carried>) {
    this.declaration = declaration
    this.models = declaration.models(input)
    this.given = limits
    this.limits = carried.limits ?? limits
    this.raised = carried.raised ?? {}
    this.startedAt = carried.startedAt ?? Date.now()
    this.continued = carried.continued ?? 0
    this.depth = carried.depth ?? 0
    this.seamEvery = carried.seamEvery
    this.mostSteered = carried.mostSteered
    this.budget = openBudget(() => capOf(this.limits), carried.account)
    this.clock = new Clock(
      carried.workedMilliseconds ?? 0,
      () => this.limits.minutes * 60_000,
      () =>
        this.stopWith(
          'minutes',
          `The run has used its ${this.limits.minutes} minutes of working time; time lost to a killed worker counts.`,
        ),
    )
    this.root = { path: '', counts: new Map(), budgets: [this.budget] }
    this.shares = new Map(Object.entries(carried.shares ?? {}).map(([path, spent]) => [path, openBudget(() => capOf({}), spent)]))
    this.expectedGates = new Map(carried.gates)
    this.preflight = carried.preflight
    this.shown = carried.shown ?? {}
    this.paused = carried.paused ?? false
    this.pausedStages = new Set(carried.pausedStages)
    this.holds = new Map((carried.holds ?? []).map((hold) => [holdKey(hold), hold]))
    this.attempts = carried.attempts ?? 0
    this.stop = carried.stop
  }

  /** Makes every road throw from now on, and cancels what is in flight. The first stop stands. */
  stopWith(reason: StopReason, why: string): void {
    this.stop ??= { reason, why }
    this.cancelInFlight()
  }

  cancelInFlight(which: (stage: Open) => boolean = () => true): void {
    for (const stage of this.open.values()) if (which(stage)) stage.scope?.cancel()
  }

  spent(): Spent {
    const { tokens, microDollars, reservedTokens, reservedMicroDollars } = this.budget
    const ending = this.ended !== undefined
    return {
      tokens: tokens + (ending ? reservedTokens : 0),
      microDollars: microDollars + (ending ? reservedMicroDollars : 0),
      milliseconds: this.clock.milliseconds(),
      attempts: this.attempts,
    }
  }

  /** A line for people about a group that has finished; the last 50 are kept. */
  say(path: string, text: string): void {
    const last = this.lines.findLast((line) => line.path === path)
    if (last?.text === text) return
    this.lines.push({ path, text, at: Date.now() })
    if (this.lines.length > mostLines) this.lines.shift()
  }

  /** Forgets the results and the state below a path; `whole`: the group itself is over, and with it its own state, conversations and baselines. */
  forget(path: string, whole = false): void {
    const below = `${path}/`
    if (whole) {
      for (const key of [path, ...Object.keys(this.state).filter((name) => name.includes(`:${below}`))]) delete this.state[key]
    }
    for (const memory of [this.recall, this.state]) for (const key of Object.keys(memory)) if (key.startsWith(below)) delete memory[key]
  }
}

/** The caps that limits put on a budget; `dollars: 'none'` is no cap. */
export function capOf(limits: { tokens?: number; dollars?: number | 'none' }): { tokens: number; microDollars: number } {
  const { tokens = Infinity, dollars = 'none' } = limits
  return { tokens, microDollars: dollars === 'none' ? Infinity : Math.floor(dollars * 1e6) }
}

let current: Run | undefined

/** The run of this workflow execution; module state is each execution's own. */
export function currentRun(): Run {
  if (!current)
    throw new Error(`The roads need a declaration: add ${workflowInfo().workflowType} to the declarations that the workflows file exports.`)
  return current
}

/** Opens the run of this execution; called once by the interceptor. */
export function openRun(run: Run): Run {
  current = run
  return run
}
