import { type Spend } from '../page/spend.ts'
import { type RunCost } from './run-cost.ts'

/** By what costs are added up. */
export const costViews = ['workflow', 'stage', 'model'] as const
export type CostView = (typeof costViews)[number]

/** What was spent under one name, by how many runs, and how many of them were accepted. */
export interface CostRow extends Spend {
  name: string
  runs: number
  accepted: number
  /** All that was spent, by accepted, stopped and failed runs alike, divided by the accepted ones; absent when none was. */
  each?: { microDollars: number; tokens: number; milliseconds: number }
}

/** What the runs that ended in a period cost. */
export interface Costs {
  by: CostView
  rows: CostRow[]
  total: CostRow
  /** One sentence each: what is not counted. */
  notes: string[]
}

/** Adds up what runs cost, dearest first. */
export function addUp(by: CostView, costs: RunCost[], notes: string[]): Costs {
  const rows = new Map<string, CostRow>()
  const total = emptyRow('all')
  for (const run of costs) {
    const parts = by === 'workflow' ? new Map([[run.workflow, run.whole]]) : run.parts
    for (const [name, spend] of parts) {
      const row = rows.get(name) ?? emptyRow(name)
      rows.set(name, row)
      add(row, run, spend)
    }
    add(total, run, run.whole)
  }
  const sorted = [...rows.values()].sort((a, b) => b.microDollars - a.microDollars || b.tokens - a.tokens || (a.name < b.name ? -1 : 1))
  return { by, rows: sorted.map(perAccepted), total: perAccepted(total), notes }
}

function emptyRow(name: string): CostRow {
  return { name, runs: 0, accepted: 0, calls: 0, lost: 0, tokens: 0, microDollars: 0, unpriced: 0, milliseconds: 0 }
}

function add(row: CostRow, { accepted }: RunCost, spend: Spend): void {
  row.runs++
  row.accepted += accepted ? 1 : 0
  for (const key of ['calls', 'lost', 'tokens', 'microDollars', 'unpriced', 'milliseconds'] as const) row[key] += spend[key]
}

function perAccepted(row: CostRow): CostRow {
  const { accepted, microDollars, tokens, milliseconds } = row
  if (accepted === 0) return row
  const each = (sum: number) => Math.ceil(sum / accepted)
  return { ...row, each: { microDollars: each(microDollars), tokens: each(tokens), milliseconds: each(milliseconds) } }
}
