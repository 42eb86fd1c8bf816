import { ApplicationFailure } from '@temporalio/workflow'
import { concerns, type Hold, heldText, holdKey, holdOf, holds, selectorOf, type Uses } from '../../contract/holds.ts'
import { type Message, type MessageAnswer } from '../../contract/messages.ts'
import { failure } from './failure.ts'
import { type Run } from './run.ts'
import { tenantOf } from './tenant.ts'

/** Throws a switch of this run. One about another workflow or tenant is none of its business. */
export function hold(run: Run, { on, ...message }: Message<'hold'>): MessageAnswer {
  const key = holdKey(message)
  if (!concerns(message, { workflow: run.workflow, tenant: tenantOf() }))
    return { accepted: false, reason: `This is no run of the ${key}: nothing is held.` }
  const before = run.holds.get(key)
  if (!on && !before) return { accepted: false, reason: `Nothing holds ${key} here.` }
  if (on) run.holds.set(key, holdOf({ ...message, on }, before?.since ?? Date.now()))
  else run.holds.delete(key)
  return { accepted: true }
}

/** The hold that a step which would use this must wait for. */
export function heldBy(run: Run, uses: Uses = {}): Hold | undefined {
  for (const one of run.holds.values()) if (holds(one, uses)) return one
  return undefined
}

/** The hold that some step of the run waits for now. */
export function waitingHold(run: Run): Hold | undefined {
  for (const uses of run.holds.size > 0 ? run.waiting.values() : []) {
    const hold = heldBy(run, uses)
    if (hold) return hold
  }
  return undefined
}

/** Ends a step that is under way before it uses what is held; its road begins it again once that is released. */
export function refuseHeld(run: Run, stage: string, uses: Uses): void {
  const hold = heldBy(run, uses)
  if (!hold) return
  const { message, type } = failure('Held', `Held: ${heldText(hold)}`, {
    stage,
    effect: 'no',
    next: 'loopwright holds',
  })
  throw ApplicationFailure.create({ message, ...(type ? { type } : {}), nonRetryable: true, details: [uses] })
}

/** What a step that was refused would have used. */
export function usesOfHeld(error: unknown): Uses | undefined {
  if (!(error instanceof ApplicationFailure) || error.type !== 'Held') return undefined
  return error.details?.[0] ?? {}
}

/** Whether a stage waits for a person to go on: with its run, or with a stage that it is inside of. */
export function isPaused(run: Run, path: string): boolean {
  return run.paused || [...run.pausedStages].some((stage) => isInside(path, stage))
}

/** Whether a path is a stage or inside it. */
export function isInside(path: string, stage: string): boolean {
  return path === stage || path.startsWith(`${stage}/`)
}

/** What a child begins with that is held in this run: what is about workflows and tenants it finds out by itself. */
export function holdsForChildren(run: Run): Hold[] {
  return [...run.holds.values()].filter(({ model, tool }) => model !== undefined || tool !== undefined)
}

/** Why a run that is not paused does not go on, if it is held. */
export function releaseFirst(run: Run): string | undefined {
  const hold = waitingHold(run)
  if (!hold) return undefined
  const flags = Object.entries(selectorOf(hold)).map(([name, value]) => ` --${name} ${value}`)
  return `The run is not paused but held: ${heldText(hold)}. Release it with \`loopwright release${flags.join('') || ` ${run.id}`}\`.`
}
