import { type TraceRecord } from '../../contract/trace.ts'
import { money } from '../trace/lines.ts'
import { type Html, html } from './html.ts'
import { took } from './words.ts'

/** What was spent under one name. `unpriced`: calls whose price nobody knows; they are in no sum of dollars. */
export interface Spend {
  calls: number
  lost: number
  tokens: number
  microDollars: number
  unpriced: number
  milliseconds: number
}

/** Adds up the steps of a trace by a name; steps without one are left out. */
export function spendBy(
  records: TraceRecord[],
  nameOf: (record: TraceRecord & { path: string }) => string | undefined,
): Map<string, Spend> {
  const sums = new Map<string, Spend>()
  for (const record of records) {
    const name = 'path' in record ? nameOf(record) : undefined
    if (!('path' in record) || name === undefined) continue
    const sum = sums.get(name) ?? { calls: 0, lost: 0, tokens: 0, microDollars: 0, unpriced: 0, milliseconds: 0 }
    sums.set(name, sum)
    sum.milliseconds += record.milliseconds ?? 0
    if (record.kind !== 'model') continue
    const { input, output, microDollars, charged } = record.cost
    sum.calls++
    sum.lost += charged === 'whole' ? 1 : 0
    sum.tokens += input + output
    sum.microDollars += microDollars ?? 0
    sum.unpriced += microDollars === null ? 1 : 0
  }
  return sums
}

/** Dollars for people: what is unknown is said. */
export function priceText({ microDollars, unpriced, calls }: Pick<Spend, 'microDollars' | 'unpriced' | 'calls'>): string {
  if (unpriced === 0) return money(microDollars)
  return unpriced === calls ? 'price unknown' : `${money(microDollars)} and ${unpriced} calls of unknown price`
}

/** A table of what was spent. */
export function spendTable(title: string, sums: Map<string, Spend>): Html {
  const rows = [...sums].map(
    ([name, spend]) =>
      html`<tr>
        <td>${name}</td>
        <td>${spend.calls}</td>
        <td>${spend.lost}</td>
        <td>${spend.tokens}</td>
        <td>${priceText(spend)}</td>
        <td>${took(spend.milliseconds)}</td>
      </tr>`,
  )
  return html`<table>
    <tr>
      <th>${title}</th>
      <th>calls</th>
      <th>charged whole</th>
      <th>tokens</th>
      <th>spent</th>
      <th>time</th>
    </tr>
    ${rows}
  </table>`
}
