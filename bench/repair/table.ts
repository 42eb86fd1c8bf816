import { type Judged } from './judge.ts'

/** A program with what became of it and where it belongs. */
export type Measured = Judged & { source: string; half: string; mendable: boolean }

export const tableHead =
  '| program | fault | one edit | repaired | candidates | seconds | edit |\n| --- | --- | --- | --- | --- | --- | --- |'

/** One program as a line of the table. */
export function row({ program, result, plausible, correct, mendable }: Measured): string {
  const repaired = correct ? 'yes' : plausible ? 'plausible' : result.found === 'some' ? 'in part' : 'no'
  const edits = result.edits.map(({ before, after, operator }) => `${quoted(before)} to ${quoted(after)} (${operator})`).join(', ')
  return `| ${program.name} | ${program.kind} | ${mendable ? 'yes' : 'no'} | ${repaired} | ${result.candidatesTried} | ${(result.milliseconds / 1000).toFixed(1)} | ${edits} |`
}

function quoted(text: string): string {
  return `\`${text.replaceAll(/\s*\n\s*/g, ' ⏎ ').replaceAll('|', '\\|')}\``
}

/** How many were repaired, by source and half. */
export function summary(all: Measured[]): string {
  const groupOf = ({ source, half }: { source: string; half: string }) => `${source} | ${half}`
  const lines = [...new Set(all.map(groupOf))].map((name) => {
    const group = all.filter((one) => groupOf(one) === name)
    const seconds = group.map(({ result }) => result.milliseconds / 1000).toSorted((a, b) => a - b)
    const at = (share: number) => (seconds[Math.floor((seconds.length - 1) * share)] ?? 0).toFixed(0)
    const count = (holds: (one: Measured) => boolean) => group.filter(holds).length
    return `| ${name} | ${group.length} | ${count(({ plausible }) => plausible)} | ${count(({ correct }) => correct)} | ${count(({ mendable }) => mendable)} | ${count(({ mendable, correct }) => mendable && correct)} | ${at(0.5)} | ${at(0.9)} |`
  })
  const head =
    '| source | half | programs | plausible | correct | one edit could | and did | median seconds | nine of ten within |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |'
  return [head, ...lines].join('\n')
}
