import {
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  workflowInfo,
  type WorkflowInterceptors,
} from '@temporalio/workflow'
import { declarations as loopwright } from 'loopwright-declarations'
import { z } from 'zod'
import { type Carried } from '../../contract/carried.ts'
import { type Declaration } from '../../contract/declaration.ts'
import { type FailureDetail } from '../../contract/failures.ts'
import { heldText, holdKey } from '../../contract/holds.ts'
import { Limits } from '../../contract/limits.ts'
import { activities } from './activities.ts'
import { installCounting } from './counting.ts'
import { end, endStopped } from './end.ts'
import { exited } from './exit.ts'
import { failure, leaving, stopOf } from './failure.ts'
import { waitingHold } from './holds.ts'
import { installMessages } from './messages.ts'
import { openRun, Run } from './run.ts'
import { addedPolicy } from './policy.ts'
import { restore } from './remembered.ts'
import { seam } from './seam.ts'
import { inherit, readForAbove } from './seen.ts'
import { undoAll } from './undo.ts'
import { showStatus } from './status.ts'
import { tenantOf } from './tenant.ts'

/** Stands around every run of a declared workflow; a type without a declaration passes through untouched. */
export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        async execute(input, next) {
          const declaration = (loopwright as Record<string, Declaration>)[workflowInfo().workflowType]
          if (!declaration) return next(input)
          return around(declaration, input.args, (value) => next({ ...input, args: [value] }))
        },
      },
    ],
  }
}

/** Opens, runs and ends a run; whatever leaves is an outcome or a typed failure. */
async function around(declaration: Declaration, [given, handed]: unknown[], body: (value: unknown) => Promise<unknown>): Promise<unknown> {
  let run: Run | undefined
  let value: unknown
  try {
    value = validInput(declaration, given)
    const carried = (handed ?? {}) as Partial<Carried>
    run = openRun(new Run(declaration, value, Limits.parse((value as { limits?: unknown }).limits ?? {}), carried))
    installMessages(run)
    installCounting(run)
    if (carried.inherited) inherit(run, carried.inherited)
    return await live(run, value, given, carried, body)
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error
    const stop = stopOf(error) ?? run?.stop
    const left = run && exited(run)
    if (run && left) return end(run, value, left)
    if (run && stop) return endStopped(run, value, stop)
    throw await failed(run, error)
  }
}

async function live(
  run: Run,
  value: unknown,
  given: unknown,
  carried: Partial<Carried>,
  body: (value: unknown) => Promise<unknown>,
): Promise<unknown> {
  void CancellationScope.current().cancelRequested.catch(() => stopByPerson(run))
  if (!run.preflight) {
    run.preflight = await preflight(run, value)
    for (const hold of run.preflight.holds ?? []) run.holds.set(holdKey(hold), hold)
  }
  await restore(run, carried)
  showStatus(run)
  forgetGatesThatDontReopen(run)
  const returned = await Promise.race([body(value), seam(run, given)])
  return end(run, value, exited(run) ?? returned)
}

function stopByPerson(run: Run): void {
  const hold = waitingHold(run)
  if (hold) run.stopWith('held', `A person stopped the run while it was held: ${heldText(hold)}`)
  else run.stopWith('cancelled', 'A person stopped the run.')
}

/** Once the code has come as far as recorded results take it, a gate that is not open again never will be: who decides about it is told so. */
function forgetGatesThatDontReopen(run: Run): void {
  let looked = false
  // A condition is first looked at here, and then only when the code can't go on by itself. In a cancelled run it would throw.
  void CancellationScope.nonCancellable(() => condition(() => looked || !(looked = true))).then(() => run.expectedGates.clear())
}

async function failed(run: Run | undefined, error: unknown): Promise<unknown> {
  const next = run ? `Look at it with \`loopwright show ${run.id}\`.` : 'Start it again, corrected.'
  const left = leaving(error, { ...(run ? { run: run.id } : {}), effect: run ? 'unknown' : 'no', next })
  // A replay that diverges, which Temporal must see, undoes nothing.
  const undone = run && left instanceof ApplicationFailure ? await CancellationScope.nonCancellable(() => undoAll(run)) : ''
  if (run) {
    run.ended = { status: 'failed', why: `${left instanceof Error ? left.message : String(left)}${undone}` }
    showStatus(run)
  }
  return run && left instanceof ApplicationFailure ? withSpent(left, run, undone) : left
}

/** What the run has used stands in its failure, so that a parent pays that and no more. */
function withSpent({ type, message, details, cause }: ApplicationFailure, run: Run, undone: string): ApplicationFailure {
  const [detail, ...more] = details ?? []
  const told = { ...(detail as FailureDetail | undefined), spent: run.spent(), ...readForAbove(run) }
  return ApplicationFailure.create({
    type: type ?? 'WorkflowError',
    message: `${message}${undone}`,
    nonRetryable: true,
    details: [told, ...more],
    ...(cause ? { cause } : {}),
  })
}

function preflight(run: Run, input: unknown) {
  const { id, workflow, models, limits } = run
  const tenant = tenantOf()
  const policy = addedPolicy()
  return activities('preflight', { quick: true, summary: 'look at models and machine' }).preflight({
    run: id,
    workflow,
    models,
    dollars: limits.dollars,
    // Absent where nobody asks for it.
    ...(tenant === undefined ? {} : { tenant }),
    ...((input as { confined?: unknown }).confined === true ? { confined: true } : {}),
    ...(policy === undefined ? {} : { policy }),
  })
}

function validInput(declaration: Declaration, given: unknown): unknown {
  const parsed = declaration.input.safeParse(given)
  if (parsed.success) return parsed.data
  const { workflowType } = workflowInfo()
  const next = `Look at the input of ${workflowType} with \`loopwright start ${workflowType} --help\`.`
  throw failure('InvalidInput', `The input of ${workflowType} can't be used; nothing was done.\n${z.prettifyError(parsed.error)}`, {
    effect: 'no',
    next,
  })
}
