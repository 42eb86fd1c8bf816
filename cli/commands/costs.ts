import { type Command, InvalidArgumentError, Option } from 'commander'
import { type CostRow, type Costs, costViews, type CostView, priceText, visible } from '../../client/index.ts'
import { withKept } from '../kept.ts'
import { exitCodes } from '../usage.ts'
import { count, duration } from '../words.ts'

const units = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** `costs`: what runs cost, and what an accepted outcome costs. */
export function addCosts(program: Command): void {
  program
    .command('costs')
    .description('Tells what the runs of a period cost, and what each accepted outcome cost; kept runs need no server.')
    .option('--since <period>', 'runs that ended in the last 12h, 7d, 4w …, or since a date (default: 30d)', sinceTime)
    .addOption(new Option('--by <name>', 'what the costs are added up by').choices(costViews).default('workflow'))
    .action(({ since = Date.now() - 30 * units.d, by }: { since?: number; by: CostView }, command: Command) =>
      withKept(command, async (kept, printer) => {
        const costs = await kept.costs({ since, by })
        if (printer.json) printer.print({ kind: 'costs', since, ...costs }, '')
        else for (const line of costLines(costs)) printer.say(line)
        return exitCodes.accepted
      }),
    )
}

/** Reads `7d`, or a date, as milliseconds since the epoch. */
export function sinceTime(text: string): number {
  const [, number, unit] = /^(\d{1,4})([hdw])$/.exec(text) ?? []
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  const time = number === undefined ? date : Date.now() - Number(number) * units[unit as keyof typeof units]
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a period like 12h, 7d or 4w, or a date like 2026-11-01.')
  return time
}

/** The costs as a table for people. */
export function costLines({ by, rows, total, notes }: Costs): string[] {
  if (rows.length === 0) return ['No run ended in this period.', ...notes.map((note) => `note: ${note}`)]
  const heads = [by, 'runs', 'accepted', 'calls', 'spent', 'tokens', 'time', 'each accepted: spent', 'tokens', 'time']
  const cells = [heads, ...[...rows, total].map(cellsOf)]
  const widths = heads.map((_head, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  )
  return [...lines, ...notes.map((note) => `note: ${note}`)]
}

function cellsOf(row: CostRow): string[] {
  const { name, runs, accepted, calls, tokens, milliseconds, each } = row
  const per = each
    ? [priceText({ ...row, microDollars: each.microDollars }), count(each.tokens), duration(each.milliseconds)]
    : ['none accepted', '', '']
  return [visible(name), String(runs), String(accepted), String(calls), priceText(row), count(tokens), duration(milliseconds), ...per]
}
