import { type Criterion, type Finding, type Review, type Reviewed } from './review.ts'
import { type Objection } from './verdict.ts'

/** What a review comes to. */
export interface Vote {
  approves: boolean
  veto: boolean
  objections: Objection[]
  /** Why there is neither an approval nor an objection. */
  doubts: Objection[]
}

/** One reviewer's vote, named for its reviewer. One that gave no review neither approves nor objects. */
export function voteOf(reviewed: Reviewed, criteria: Criterion[], name: string): Vote {
  if ('failed' in reviewed)
    return { approves: false, veto: false, objections: [], doubts: [{ id: name, text: `gave no review: ${reviewed.failed}` }] }
  const { review } = reviewed
  const seen = criteria.map(({ id }) => ({ id, ...seenOf(id, review) }))
  const against = seen.filter(({ verdict }) => verdict === 'contradicted' || verdict === 'missing')
  const blocking = review.findings.filter(blocks)
  const objections = [
    ...against.map(({ id, verdict, evidence }) => ({ id: `criterion ${id}`, text: `${name}: ${verdict}. ${evidence}` })),
    ...blocking.map((finding) => ({ id: idOf(finding), text: `${name}: ${finding.text}` })),
  ]
  const doubts = seen
    .filter(({ verdict }) => verdict === 'unverified')
    .map(({ id, evidence }) => ({ id: `criterion ${id}`, text: `${name}: unverified. ${evidence}` }))
  const veto = against.some(({ verdict }) => verdict === 'contradicted') || blocking.some(vetoes)
  return { approves: objections.length === 0 && doubts.length === 0, veto, objections, doubts }
}

const worst = ['contradicted', 'missing', 'unverified', 'proven'] as const

/** What a review says of a criterion: the worst, if it says several things; without evidence nothing is proven or contradicted. */
function seenOf(id: string, { criteria }: Review): { verdict: (typeof worst)[number]; evidence: string } {
  const said = criteria
    .filter(({ criterion }) => criterion === id)
    .map(({ verdict, evidence }) =>
      evidence.trim() === '' && verdict !== 'missing'
        ? { verdict: 'unverified' as const, evidence: `It says ${verdict}, and shows nothing.` }
        : { verdict, evidence },
    )
  return (
    said.sort((one, other) => worst.indexOf(one.verdict) - worst.indexOf(other.verdict))[0] ?? {
      verdict: 'unverified',
      evidence: 'It says nothing about it.',
    }
  )
}

/** Whether a finding keeps its reviewer from approving; anything else is a remark. */
function blocks({ priority, confidence }: Finding): boolean {
  return priority === 'p0' || (priority === 'p1' && confidence >= 0.5)
}

/** Whether a finding decides, whatever the other reviewers say. */
function vetoes({ priority, confidence }: Finding): boolean {
  return priority === 'p0' && confidence >= 0.8
}

/** Stable between attempts as far as can be: words change, and so do lines. */
function idOf({ priority, place, text }: Finding): string {
  return `${priority} ${place?.path ?? text.slice(0, 60)}`
}
