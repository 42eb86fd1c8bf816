import { CancellationScope, type ChildWorkflowHandle, ParentClosePolicy, startChild, type Workflow } from '@temporalio/workflow'
import { z } from 'zod'
import { type Account } from '../../contract/carried.ts'
import { type DeclaredInput, type DeclaredValue, type WorkflowName } from '../../contract/declarations.ts'
import { type FailureDetail } from '../../contract/failures.ts'
import { Limits } from '../../contract/limits.ts'
import { type Outcome, outcomeOf } from '../../contract/outcome.ts'
import { requesterOf } from './authority.ts'
import { causeOfChild, failure, runStopped } from './failure.ts'
import { holdsForChildren } from './holds.ts'
import { addedPolicy } from './policy.ts'
import { release, reserveSlice } from './ledger.ts'
import { road } from './road.ts'
import { currentRun, type Run } from './run.ts'
import { currentScope } from './scope.ts'
import { hasRead, inheritance } from './seen.ts'
import { setAside } from './set-aside.ts'
import { tenantOf } from './tenant.ts'

/** Runs above a run; one more is refused, because a workflow that starts itself would never end. */
const mostDepth = 4
const AnyOutcome = outcomeOf(z.unknown())

/**
 * Runs a workflow as a run of its own, by the name it is started by, and gives its outcome; `stopped` is an outcome. Its limits are a slice of this run's:
 * what its input names, or what is left; what it didn't spend comes back. Fails with `ChildFailed` when it failed, was killed or couldn't start.
 */
export function child<Name extends WorkflowName>(workflow: Name, input: DeclaredInput<Name>): Promise<Outcome<DeclaredValue<Name>>>
export function child(workflow: string, input: object): Promise<Outcome<unknown>>
export function child(workflow: string, input: object): Promise<Outcome<unknown>> {
  const run = currentRun()
  const limits = Limits.safeParse((input as { limits?: unknown }).limits ?? {})
  if (!limits.success) return Promise.reject(childFailed(run, workflow, `its limits can't be used. ${z.prettifyError(limits.error)}`, 'no'))
  if (run.depth >= mostDepth) return Promise.reject(childFailed(run, workflow, `${mostDepth} runs stand above it already`, 'no'))
  const step = { name: workflow, kind: 'child' as const, text: `running ${workflow}`, call: { workflow, input } }
  const { concurrency } = limits.data
  return road({ ...step, takes: { slots: concurrency } }, (path, slots) => runChild(path, workflow, input, limits.data, slots))
}

async function runChild(path: string, workflow: string, input: object, wanted: Limits, slots: number): Promise<Outcome<unknown>> {
  const run = currentRun()
  const { budgets } = currentScope(run.root)
  const [requester, tenant, held, policy] = [requesterOf(), tenantOf(), holdsForChildren(run), addedPolicy()]
  const memo = {
    ...(requester === undefined ? {} : { requester }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(policy === undefined ? {} : { policy }),
  }
  const slice = await sliceOf(run, budgets, wanted)
  const limits = { ...wanted, ...limitsOf(slice), concurrency: slots, minutes: Math.min(wanted.minutes, minutesLeft(run)) }
  let used: Account & { milliseconds: number } = { ...slice, milliseconds: 0 }
  try {
    const handle = await startChild(workflow, {
      workflowId: `${run.id}/${path}`,
      args: [
        { ...input, limits },
        {
          depth: run.depth + 1,
          ...(held.length > 0 ? { holds: held } : {}),
          ...(run.seamEvery === undefined ? {} : { seamEvery: run.seamEvery }),
          ...inheritance(run),
        },
      ],
      // Whatever ends this run, its children wind down with an outcome of their own.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `child of ${run.id}`,
      ...(Object.keys(memo).length > 0 ? { memo } : {}),
    })
    const { read, ...outcome } = AnyOutcome.parse(await resultOf(run, path, handle)) as Outcome<unknown>
    hasRead(run, read)
    used = outcome.spent
    return outcome
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error
    const { type, message, detail } = causeOfChild(error)
    hasRead(run, detail?.read)
    // Refused at its door, a child has used nothing; killed, it is charged whole.
    used = detail?.spent ?? (type === 'InvalidInput' ? { tokens: 0, microDollars: 0, milliseconds: 0 } : used)
    throw childFailed(run, workflow, message, detail?.effect ?? 'unknown', path)
  } finally {
    release(budgets, slice, used)
    run.clock.add(used.milliseconds)
  }
}

async function resultOf(run: Run, path: string, handle: ChildWorkflowHandle<Workflow>): Promise<unknown> {
  run.children.set(path, handle)
  try {
    return await handle.result()
  } finally {
    run.children.delete(path)
  }
}

function sliceOf(run: Run, budgets: Parameters<typeof release>[0], { tokens, dollars }: Limits): Promise<Account> {
  const microDollars = dollars === 'none' ? Infinity : Math.floor(dollars * 1e6)
  return setAside<Account, 'tokens' | 'dollars'>(
    run,
    budgets,
    () => reserveSlice(budgets, { tokens, microDollars }),
    (reason) => runStopped({ reason, why: `A child run needs some ${reason}, and none are left.` }),
  )
}

function limitsOf({ tokens, microDollars }: Account): Pick<Limits, 'tokens' | 'dollars'> {
  return { tokens, dollars: microDollars === Infinity ? 'none' : microDollars / 1e6 }
}

/** At least a moment: a child without any time is refused by its own declaration. */
function minutesLeft(run: Run): number {
  return Math.max(run.clock.left() / 60_000, 0.01)
}

function childFailed(run: Run, workflow: string, why: string, effect: FailureDetail['effect'], path?: string) {
  const id = path === undefined ? run.id : `${run.id}/${path}`
  const next = `Look at it with \`loopwright show ${id}\`.`
  return failure('ChildFailed', `The child run ${workflow} failed: ${why}`, { run: run.id, ...(path ? { stage: path } : {}), effect, next })
}
