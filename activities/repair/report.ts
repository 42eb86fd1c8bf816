import { type Check } from '../../contract/checks.ts'
import { edited } from './copies.ts'
import { type AppliedEdit, type Edit, type RepairResult } from './result.ts'
import { type Found } from './search.ts'

/** An edit as people read it: the texts that differ when these are short and on one line, else the whole lines. */
export function readable(edit: Edit, source: string): AppliedEdit {
  const line = source.slice(0, edit.start).split('\n').length
  const replaced = source.slice(edit.start, edit.end)
  const whole = replaced.trim() === '' || edit.text.trim() === '' || `${replaced}${edit.text}`.includes('\n')
  const after = edited(source, edit)
  const [before, now] = whole ? differingLines(source, after, line) : [replaced, edit.text]
  return { file: edit.file, line, before, after: now, operator: edit.operator }
}

function differingLines(before: string, after: string, line: number): [string, string] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let same = 0
  while (same < Math.min(old.length, now.length) - line && old.at(-1 - same) === now.at(-1 - same)) same += 1
  const cut = (lines: string[]) => lines.slice(line - 1, lines.length - same).join('\n')
  const [one, two] = [cut(old), cut(now)]
  // Where only the indentation differs, it is what matters.
  return one.trim() === two.trim() ? [one, two] : [one.trim(), two.trim()]
}

/** One line about an edit. */
export function describe(edit: Edit, source: string): string {
  const { file, line, before, after, operator } = readable(edit, source)
  const quoted = (text: string) => (text.includes('\n') ? `\n${text}\n` : ` \`${text}\` `)
  return `${file}:${line}${quoted(before)}to${quoted(after)}(${operator})`
}

/** The result when there was nothing to repair. */
export function nothingFailed(checks: Check[], milliseconds: number): RepairResult {
  const text =
    checks.length === 0
      ? 'The command ran no test, so there is nothing to repair by. Nothing was changed.'
      : 'No test fails: there is nothing to repair. Nothing was changed.'
  return { found: 'none', edits: [], candidatesTried: 0, failingBefore: [], failingAfter: [], milliseconds, text }
}

/** The result when the test command could not be started. */
export function notStarted(failing: string[], milliseconds: number): RepairResult {
  const text =
    'The test command could not be started: a program in it was not found. Nothing was changed; install what it needs and try again.'
  return { found: 'none', edits: [], candidatesTried: 0, failingBefore: failing, failingAfter: failing, milliseconds, text }
}

/** The result when no edit helped. */
export function notFound(failing: string[], tried: number, milliseconds: number): RepairResult {
  const text = `No single edit makes a failing test pass without breaking another: ${count(tried, 'candidate')} tried in ${seconds(milliseconds)}. Nothing was changed; ${count(failing.length, 'test')} still ${failing.length === 1 ? 'fails' : 'fail'}.`
  return { found: 'none', edits: [], candidatesTried: tried, failingBefore: failing, failingAfter: failing, milliseconds, text }
}

/** The result when an edit was made. */
export function repaired(
  { candidate, after }: Found,
  source: string,
  failing: string[],
  tried: number,
  milliseconds: number,
): RepairResult {
  const left = [...after.failing]
  const mended = failing.length - left.length
  const tests =
    left.length === 0
      ? mended === 1
        ? 'the failing test passes now'
        : `all ${mended} failing tests pass now`
      : `${mended} of ${failing.length} failing tests pass now`
  return {
    found: left.length === 0 ? 'all' : 'some',
    edits: [readable(candidate, source)],
    candidatesTried: tried,
    failingBefore: failing,
    failingAfter: left,
    milliseconds,
    text: `Changed ${describe(candidate, source)}: ${tests}; ${count(tried, 'candidate')} tried in ${seconds(milliseconds)}.`,
  }
}

/** The result of two edits, the second made on top of the first. */
export function both(first: RepairResult, second: RepairResult): RepairResult {
  return {
    ...second,
    edits: [...first.edits, ...second.edits],
    candidatesTried: first.candidatesTried + second.candidatesTried,
    failingBefore: first.failingBefore,
    milliseconds: first.milliseconds + second.milliseconds,
    text: `${first.text}\n${second.text}`,
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
