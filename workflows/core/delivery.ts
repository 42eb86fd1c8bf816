import { type Outcome } from '../../contract/outcome.ts'
import { type Patch } from '../../contract/workspace.ts'

/** What the tests said of a commit when they ran last. */
export interface Verified {
  commit: string
  command: string
  passed: number
  failed: number
  skipped: number
}

/** What a delivered commit is made of, besides its tree. */
export interface Told {
  run: string
  goal: string
  outcome: Pick<Outcome<Patch>, 'why'>
  commit: string
  verified?: Verified | undefined
}

const subjectLength = 72

/** The message of a delivered commit: the goal, what was verified, and which run and step it comes from. */
export function messageOf({ run, goal, outcome, commit, verified }: Told): string {
  const { command, passed, failed, skipped } = verified ?? {}
  const counts = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
  const tests = verified?.commit === commit ? [`Tests: ${plain(command ?? '')} (${counts})`] : []
  const trailers = [`Loopwright-Run: ${plain(run)}`, `Loopwright-Commit: ${commit}`]
  return `${[[subjectOf(goal)], [plain(outcome.why), ...tests], trailers].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** The first line of a goal that says something, at most 72 characters, cut between words. */
export function subjectOf(goal: string): string {
  const line =
    goal
      .split(/\r\n?|\n/)
      .map(plain)
      .find(Boolean) ?? 'Change the code as a run was asked to'
  const characters = Array.from(line.replace(/\.$/, ''))
  if (characters.length <= subjectLength) return characters.join('')
  const cut = characters.slice(0, subjectLength - 1).join('')
  return `${cut.replace(/\s+\S*$/, '')}…`
}

/** One line without anything that a terminal or git would take for more than text. */
function plain(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
}
