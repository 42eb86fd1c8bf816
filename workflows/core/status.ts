import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow'
import { type Status } from '../../contract/messages.ts'
import { heldText } from '../../contract/holds.ts'
import { isPaused, waitingHold } from './holds.ts'
import { type Run } from './run.ts'
import { tenantOf } from './tenant.ts'

/** What a loop tells the status about itself; kept by the loop's path. */
export interface Progress {
  attempt: NonNullable<Status['attempt']>
  objections?: NonNullable<Status['objections']>
}

/** The run in a person's words. */
export function statusOf(run: Run): Status {
  const progress = innermost(run)
  return {
    run: run.id,
    workflow: run.workflow,
    ...stateOf(run),
    ...progress,
    ...(run.holds.size > 0 ? { holds: [...run.holds.values()] } : {}),
    ...(run.pausedStages.size > 0 ? { pausedStages: [...run.pausedStages] } : {}),
    spent: run.spent(),
    limits: run.limits,
    open: [...run.open.values()].map(({ scope: _scope, ...stage }) => stage),
    lines: run.lines,
    continued: run.continued,
    sandbox: run.preflight?.sandbox ?? 'unknown',
    startedAt: run.startedAt,
  }
}

/** Brings what Temporal's own UI and `list` show up to date; costs an event only when a registered attribute changes. */
export function showStatus(run: Run): void {
  const { status, why, waitingFor } = stateOf(run)
  setCurrentDetails(
    `**${status}** ${why}\n\n${run.lines
      .slice(-10)
      .map((line) => `- ${line.text}`)
      .join('\n')}`,
  )
  const wanted: Record<string, string> = {
    LoopwrightStatus: status,
    LoopwrightWaitingFor: waitingFor ?? '',
    LoopwrightTenant: tenantOf() ?? '',
    LoopwrightReason: run.endReason ?? '',
  }
  const changed = Object.entries(wanted).filter(
    ([name, value]) => run.preflight?.searchAttributes.includes(name) && (run.shown[name] ?? '') !== value,
  )
  if (changed.length === 0) return
  for (const [name, value] of changed) run.shown[name] = value
  upsertSearchAttributes(Object.fromEntries(changed.map(([name, value]) => [name, value === '' ? [] : [value]])))
}

function stateOf(run: Run): Pick<Status, 'status' | 'why' | 'waitingFor'> {
  if (run.ended) return run.ended
  const [gate] = run.gates.values()
  if (run.paused) return { status: 'paused', why: run.inFlight > 0 ? 'Paused; what is in flight finishes first.' : 'Paused by a person.' }
  if (gate) return { status: 'waiting', why: gate.question, waitingFor: 'person' }
  const hold = waitingHold(run)
  if (hold) return { status: 'paused', why: `Held: ${heldText(hold)}`, waitingFor: 'release' }
  const paused = run.inFlight === 0 ? [...run.waiting.keys()].find((path) => isPaused(run, path)) : undefined
  if (paused !== undefined) return { status: 'paused', why: `Paused by a person: ${[...run.pausedStages].join(', ')}.` }
  const [parked] = run.parked.values()
  if (parked !== undefined) return { status: 'waiting', why: parked, waitingFor: 'mending' }
  if (run.stop) return { status: 'running', why: `Stopping: ${run.stop.why}` }
  return { status: 'running', why: [...run.open.values()].at(-1)?.text ?? 'starting' }
}

function innermost(run: Run): Partial<Progress> {
  const loop = [...run.open.values()].findLast(({ kind }) => kind === 'loop')
  return (loop && run.progress.get(loop.path)) ?? {}
}
