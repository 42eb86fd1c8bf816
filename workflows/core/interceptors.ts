import { CancellationScope, ContinueAsNew, workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow'
import { declarations as loopwright } from 'loopwright-declarations'
import { z } from 'zod'
import { type Carried } from '../../contract/carried.ts'
import { type Declaration } from '../../contract/declaration.ts'
import { Limits } from '../../contract/limits.ts'
import { activities } from './activities.ts'
import { end, endStopped } from './end.ts'
import { failure, leaving, stopOf } from './failure.ts'
import { installMessages } from './messages.ts'
import { openRun, Run } from './run.ts'
import { restore, seam } from './seam.ts'
import { showStatus } from './status.ts'

/** Stands around every run of a declared workflow; a type without a declaration passes through untouched. */
export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        async execute(input, next) {
          const declaration = (loopwright as Record<string, Declaration>)[workflowInfo().workflowType]
          if (!declaration) return next(input)
          const [given, carried] = input.args as [unknown, Partial<Carried> | undefined]
          const value = validInput(declaration, given)
          const limits = Limits.parse((value as { limits?: unknown }).limits ?? {})
          const run = openRun(new Run(declaration, value, limits, carried ?? {}))
          installMessages(run)
          return around(run, value, given, carried, () => next({ ...input, args: [value] }))
        },
      },
    ],
  }
}

/** Opens, runs and ends a run; whatever leaves is an outcome or a typed failure. */
async function around(
  run: Run,
  value: unknown,
  given: unknown,
  carried: Partial<Carried> | undefined,
  body: () => Promise<unknown>,
): Promise<unknown> {
  void CancellationScope.current().cancelRequested.catch(() => run.stopWith('cancelled', 'A person stopped the run.'))
  try {
    run.preflight ??= await preflight(run)
    await restore(run, carried?.remembered)
    showStatus(run)
    return await end(run, value, await Promise.race([body(), seam(run, given)]))
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error
    const stop = stopOf(error) ?? run.stop
    if (stop) return endStopped(run, value, stop)
    const left = leaving(error, { run: run.id, effect: 'unknown', next: `Look at it with \`loopwright show ${run.id}\`.` })
    run.ended = { status: 'failed', why: left instanceof Error ? left.message : String(left) }
    throw left
  }
}

function preflight(run: Run) {
  const { id, workflow, models, limits } = run
  return activities('preflight', { quick: true, summary: 'look at models and machine' }).preflight({
    run: id,
    workflow,
    models,
    dollars: limits.dollars,
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
