import { CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow'
import { digest } from '../../contract/digest.ts'
import { type OpenStage } from '../../contract/messages.ts'
import { type Uses } from '../../contract/holds.ts'
import { causeOf, isLost, runStopped, stepLost } from './failure.ts'
import { heldBy, isPaused, usesOfHeld } from './holds.ts'
import { mendingOf, untilMended } from './parked.ts'
import { record, recalled } from './recall.ts'
import { currentRun, type Run } from './run.ts'
import { currentScope, nextPath } from './scope.ts'
import { showStatus } from './status.ts'

/** One step on a road. */
export interface Step {
  name: string
  kind: OpenStage['kind']
  /** For people: "running npm test". */
  text: string
  /** What the step is asked to do, as plain JSON; a recorded result is only used for the same call. */
  call: unknown
  /**
   * What it takes of the run while it is in flight: a slot and working time (the default); up to so many slots, for a run of its own that counts its time itself;
   * nothing, while a gate waits for a person.
   */
  takes?: 'slot' | 'nothing' | { slots: number }
  /** May run although money or time has stopped the run: a question to a person about just that. */
  afterStop?: boolean
  /** The occurrence, where it is known better than by counting. */
  number?: number
  /** What it uses first, for whoever holds that. */
  uses?: Uses
  /** What the result is when the step was begun and nobody knows how it ended: then it is not done again. Without it a lost step is repeated. */
  unknown?: () => unknown
}

/** How often a step is done again when its activity was cancelled by nobody: a worker that shut down. */
const mostLost = 5

/**
 * Does one step, or gives back its recorded result without a command.
 * Every step of a run passes here: pause, seam, stop, slots, the clock and the record stand in this one place.
 */
export async function road<T>(step: Step, perform: (path: string, slots: number) => Promise<T>): Promise<T> {
  const run = currentRun()
  const path = nextPath(currentScope(run.root), step.name, step.number)
  const callDigest = digest(step.call)
  const recorded = recalled<T>(run, path, callDigest)
  if (recorded) return recorded.result
  for (let lost = 0, waits = 0, uses = step.uses ?? {}; ;) {
    const scope = new CancellationScope()
    const { slots, finish } = await admitted(run, { ...step, uses }, path, () => enter(run, step, path, scope))
    let mending: string | undefined
    try {
      return record(run, path, callDigest, await scope.run(() => perform(path, slots)))
    } catch (error) {
      if (run.stop && isCancellation(error)) throw runStopped(run.stop)
      mending = mendingOf(error)
      const held = usesOfHeld(error)
      uses = held ?? uses
      if (mending === undefined && !held) {
        if (!isCancellation(error) && !isLost(error)) throw causeOf(error)
        if (CancellationScope.current().consideredCancelled) throw error
        if (step.unknown) return record(run, path, callDigest, step.unknown() as T)
        if (isLost(error) || (!scope.consideredCancelled && ++lost > mostLost)) throw stepLost(path, error)
      }
    } finally {
      finish()
    }
    if (mending !== undefined) await untilMended(run, path, mending, ++waits)
  }
}

/**
 * Waits at the entry of a road until the run lets the step begin, and begins it in the same breath: between looking and taking nobody else may come.
 * At a seam this never returns: the next execution comes here again.
 */
async function admitted<T>(run: Run, step: Step, path: string, begin: () => T): Promise<T> {
  const mayBegin = () =>
    step.takes === 'nothing' || (!isPaused(run, path) && !heldBy(run, step.uses) && run.inFlight < run.limits.concurrency)
  for (;;) {
    const stop = run.stop
    if (stop && !(step.afterStop && ['tokens', 'dollars', 'minutes'].includes(stop.reason))) throw runStopped(stop)
    run.seaming ||= historyIsLong(run) || (run.seamEvery !== undefined && run.steps >= run.seamEvery)
    if (run.seaming) await new Promise<never>(() => {})
    if (mayBegin()) return begin()
    await entryOf(run, path, step.uses, () => mayBegin() || run.stop !== stop)
  }
}

/** Waits at the entry of a road, where people see what for. */
async function entryOf(run: Run, path: string, uses: Uses = {}, until: () => boolean): Promise<void> {
  run.waiting.set(path, uses)
  const held = heldBy(run, uses) !== undefined
  if (held) showStatus(run)
  try {
    await waitUntil(run, until)
  } finally {
    run.waiting.delete(path)
    if (held) showStatus(run)
  }
}

/** Before the server suggests it, at 4,096 events: a worker that has never seen the run reads its history from the start. */
const longHistoryEvents = 2_000
/** While a child is in flight the run can't continue as new, and new steps would wait for it; short of what the server allows, 51,200 events and 50 MiB. */
const tooLong = { events: 40_000, bytes: 40 * 2 ** 20 }

/** Whether the run should continue as new at its next seam. */
export function historyIsLong(run: Run): boolean {
  const { continueAsNewSuggested, historyLength, historySize } = workflowInfo()
  if (run.children.size > 0) return historyLength >= tooLong.events || historySize >= tooLong.bytes
  return continueAsNewSuggested || historyLength >= longHistoryEvents
}

/** Waits for something that workflow code brings about; a stop of the run comes out as one, whoever asked for it. */
export async function waitUntil(run: Run, until: () => boolean): Promise<void> {
  try {
    await condition(until)
  } catch (error) {
    if (run.stop && isCancellation(error)) throw runStopped(run.stop)
    throw error
  }
}

function enter(run: Run, step: Step, path: string, scope: CancellationScope): { slots: number; finish: () => void } {
  const { takes = 'slot' } = step
  const free = run.limits.concurrency - run.inFlight
  const slots = takes === 'nothing' ? 0 : takes === 'slot' ? 1 : Math.min(takes.slots, free)
  run.open.set(path, { path, kind: step.kind, text: step.text, since: Date.now(), ...(slots > 0 ? { scope } : {}) })
  if (slots > 0) run.steps++
  run.inFlight += slots
  if (takes === 'slot') run.clock.start()
  const finish = () => {
    run.open.delete(path)
    run.inFlight -= slots
    if (takes === 'slot') run.clock.stop()
  }
  return { slots, finish }
}
