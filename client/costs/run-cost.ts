import { type TraceRecord } from '../../contract/trace.ts'
import { type Spend, spendBy } from '../page/spend.ts'
import { stageName } from '../page/words.ts'
import { type Certificate } from '../trace/shapes.ts'
import { type CostView } from './costs.ts'

/** What one ended run cost. */
export interface RunCost {
  workflow: string
  accepted: boolean
  whole: Spend
  /** By stage or model; empty when only the whole was asked for. */
  parts: Map<string, Spend>
}

/** From the closing record alone; undefined when it is of a version that says no prices. */
export function costOfCertificate({ workflow, outcome, models, prices }: Certificate): RunCost | undefined {
  if (!prices) return undefined
  const { tokens, microDollars, milliseconds } = outcome.spent
  const records = Object.entries(models)
  const sum = (of: (model: string, record: (typeof models)[string]) => number) =>
    records.reduce((all, [model, record]) => all + of(model, record), 0)
  const calls = sum((_model, { tries }) => tries)
  const unpriced = sum((model, { tries }) => (prices[model] ? 0 : tries))
  const lost = sum((_model, record) => record.lost)
  return {
    workflow,
    accepted: outcome.status === 'accepted',
    whole: { calls, lost, tokens, microDollars, unpriced, milliseconds },
    parts: new Map(),
  }
}

/** From the trace: also for runs that failed or were killed, and by stage or model. Undefined while the run is open. */
export function costOfTrace(by: CostView, records: TraceRecord[]): (RunCost & { endedAt: number }) | undefined {
  const [run] = records
  const end = records.at(-1)
  if (run?.kind !== 'run' || end?.kind !== 'end' || end.at === undefined) return undefined
  const steps = [...spendBy(records, () => 'all').values()][0]
  const { calls, tokens, microDollars, unpriced } = end.counted
  const milliseconds = end.spent?.milliseconds ?? steps?.milliseconds ?? 0
  const nameOf = (record: TraceRecord & { path: string }) => {
    if (by === 'stage') return stageName(record.path)
    return by === 'model' && record.kind === 'model' ? record.model : undefined
  }
  return {
    workflow: run.workflow,
    accepted: end.status === 'accepted',
    endedAt: end.at,
    whole: { calls, lost: steps?.lost ?? 0, tokens, microDollars, unpriced, milliseconds },
    parts: spendBy(records, nameOf),
  }
}
