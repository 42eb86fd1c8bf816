import { type Judged } from './judge.ts'

export const tableHead = '| program | fault | repaired | candidates | seconds | edit |\n| --- | --- | --- | --- | --- | --- |'

/** One program as a line of the table. */
export function row({ program, result, plausible, correct }: Judged): string {
  const repaired = correct ? 'yes' : plausible ? 'plausible' : result.found === 'some' ? 'in part' : 'no'
  const edits = result.edits.map(({ before, after, operator }) => `${quoted(before)} to ${quoted(after)} (${operator})`).join(', ')
  return `| ${program.name} | ${program.kind} | ${repaired} | ${result.candidatesTried} | ${(result.milliseconds / 1000).toFixed(1)} | ${edits} |`
}

function quoted(text: string): string {
  return `\`${text.replaceAll(/\s*\n\s*/g, ' ⏎ ').replaceAll('|', '\\|')}\``
}

/** How many were repaired, by source and half. */
export function summary(all: (Judged & { source: string; half: string })[]): string {
  const groupOf = ({ source, half }: { source: string; half: string }) => `${source} | ${half}`
  const lines = [...new Set(all.map(groupOf))].map((name) => {
    const group = all.filter((one) => groupOf(one) === name)
    const seconds = group.map(({ result }) => result.milliseconds / 1000).toSorted((a, b) => a - b)
    const at = (share: number) => (seconds[Math.floor((seconds.length - 1) * share)] ?? 0).toFixed(0)
    const count = (holds: (one: Judged) => boolean) => group.filter(holds).length
    return `| ${name} | ${group.length} | ${count(({ plausible }) => plausible)} | ${count(({ correct }) => correct)} | ${at(0.5)} | ${at(0.9)} |`
  })
  const head =
    '| source | half | programs | plausible | correct | median seconds | nine of ten within |\n| --- | --- | --- | --- | --- | --- | --- |'
  return [head, ...lines].join('\n')
}
