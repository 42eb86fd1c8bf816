import { HandlerUnfinishedPolicy } from '@temporalio/common'
import { CancellationScope, condition, defineSignal, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow'
import { Count, Counted } from '../../contract/policy/counting.ts'
import { type Adding, exceeded, sum, unused } from '../../contract/policy/limits.ts'
import { waitUntil } from './road.ts'
import { type Run } from './run.ts'
import { keepUsed, usedBy } from './seen.ts'

const countSignal = defineSignal<[Count]>('loopwright-count')
const countedSignal = defineSignal<[Counted]>('loopwright-counted')

/**
 * Counts a call in the whole tree of runs, just before it is made: the limits of a rule hold for all of them together. The run that nothing stands above decides; every
 * other asks the one above it, which waits for it and so neither ends nor continues as new meanwhile.
 */
export async function count(run: Run, stage: string, adding: Adding[]): Promise<Counted['over']> {
  const known = usedBy(run)
  for (const one of adding) {
    const why = exceeded(one, known[one.rule])
    if (why !== undefined) return { rule: one.rule, why }
  }
  const above = aboveOf(run)
  if (above !== undefined) return askAbove(run, above, stage, adding)
  add(run, adding)
  return undefined
}

/** Counts what a call has taken of a rule's minutes; nobody waits for that. */
export async function countTime(run: Run, adding: Adding[]): Promise<void> {
  add(run, adding)
  const above = aboveOf(run)
  if (above === undefined || adding.length === 0) return
  const signal = () => getExternalWorkflowHandle(above).signal(countSignal, { run: run.id, adding })
  await CancellationScope.nonCancellable(signal).catch(() => {})
}

/** Installs what answers the runs below, and what hears the one above. Before the first await of a run. */
export function installCounting(run: Run): void {
  const answering = (given: unknown) => CancellationScope.nonCancellable(() => answerBelow(run, given)).catch(() => {})
  setHandler(countSignal, answering, { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON })
  setHandler(countedSignal, (given) => {
    const { success, data } = Counted.safeParse(given)
    if (success) run.counted.set(data.stage, data)
  })
}

/** Only a run that another one waits for has one above: what `begin` started goes on by itself. */
function aboveOf({ depth }: Run): string | undefined {
  return depth > 0 ? workflowInfo().parent?.workflowId : undefined
}

function add(run: Run, adding: Adding[]): void {
  const used = usedBy(run)
  for (const { rule, adds } of adding) used[rule] = sum(used[rule] ?? unused, adds)
  keepUsed(run, used)
}

async function askAbove(run: Run, above: string, stage: string, adding: Adding[]): Promise<Counted['over']> {
  // The answer would not find the next execution: until it has come, this one goes on.
  run.inFlight++
  try {
    await getExternalWorkflowHandle(above).signal(countSignal, { run: run.id, stage, adding })
    await waitUntil(run, () => run.counted.has(stage))
    const { over, used } = run.counted.get(stage)!
    keepUsed(run, { ...usedBy(run), ...used })
    return over
  } finally {
    run.counted.delete(stage)
    run.inFlight--
  }
}

async function answerBelow(run: Run, given: unknown): Promise<void> {
  const { success, data } = Count.safeParse(given)
  if (!success || !data.run.startsWith(`${run.id}/`)) return
  await condition(() => run.ready)
  const { run: below, stage, adding } = data
  if (stage === undefined) return countTime(run, adding)
  const over = await count(run, `${below}:${stage}`, adding)
  const all = usedBy(run)
  const used = Object.fromEntries(adding.flatMap(({ rule }) => (all[rule] ? [[rule, all[rule]]] : [])))
  await getExternalWorkflowHandle(below).signal(countedSignal, { stage, used, ...(over ? { over } : {}) })
}
