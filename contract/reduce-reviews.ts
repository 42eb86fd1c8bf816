import { voteOf } from './review-vote.ts'
import { type Criterion, type Reviewed, type WorkReceipt } from './review.ts'
import { type Objection, type Verdict } from './verdict.ts'

/** What is known of a candidate when its reviews come together. */
export interface Reviewing {
  /** What the project's own tests say: red tests outrank every opinion. */
  tests: Pick<Verdict, 'accepted' | 'objections' | 'score'>
  criteria: Criterion[]
  /** Absent when nobody has worked on it yet. */
  receipt?: WorkReceipt | undefined
  /** Absent when nobody was asked, because tests or the worker itself say that it is not done. */
  reviews?: Reviewed[]
  /** How many reviewers must approve. */
  quorum: number
  /** Ids of what was objected to in the attempts before, the last one last. */
  before?: string[][]
}

/** Where the work stands: `score` grows with it, `why` says it in a sentence. */
export interface Reduced {
  decision: 'complete' | 'continue' | 'blocked' | 'needs a person'
  objections: Objection[]
  score: number
  why: string
}

/** What was reviewed is better than what its worker calls unfinished, that is better than what nobody has worked on, and red tests are the worst. */
const scores = { red: -300, untouched: -200, unfinished: -100, reviewed: 0 }
/** More objections than these are as bad as these. */
const mostCounted = 99
/** How often the same objection may come, without there being fewer, before the work is called blocked. */
const mostRepeats = 3

/**
 * Reduces real tests, the worker's own word and the reviews to one decision, in this order: red tests; what the worker says is not done; a veto; enough approvals;
 * what reviewers found wrong. Where too few approve and nobody found anything wrong, nobody knows: that needs a person.
 */
export function reduceReviews(known: Reviewing): Reduced {
  const { tests, reviews = [], quorum } = known
  if (!tests.accepted) {
    const objections = orSaid(tests.objections, { id: 'tests', text: 'The tests were not accepted.' })
    return goesOn(objections, scores.red + Math.min(0, tests.score ?? 0), known)
  }
  const admitted = admittedBy(known)
  if (admitted.length > 0) return goesOn(admitted, scores[known.receipt ? 'unfinished' : 'untouched'] - admitted.length, known)
  const votes = reviews.map((reviewed, index) => voteOf(reviewed, known.criteria, `Reviewer ${index + 1}`))
  const objections = merged(votes.flatMap((vote) => vote.objections))
  if (votes.some(({ veto }) => veto)) return goesOn(objections, scores.reviewed - Math.min(objections.length, mostCounted), known)
  const approvals = votes.filter(({ approves }) => approves).length
  if (approvals >= Math.max(1, quorum)) {
    const against = objections.length === 0 ? '' : ` Objected all the same: ${objections.map(({ id }) => id).join(', ')}.`
    return { decision: 'complete', objections: [], score: 0, why: `${approvals} of ${votes.length} reviewers approved.${against}` }
  }
  if (objections.length > 0) return goesOn(objections, scores.reviewed - Math.min(objections.length, mostCounted), known)
  const why = `${approvals} of ${votes.length} reviewers approved, ${quorum} are needed, and nobody found anything wrong: a person must look.`
  return { decision: 'needs a person', objections: merged(votes.flatMap(({ doubts }) => doubts)), score: -0.5, why }
}

/** Not done. Blocked, when an objection has come that often in a row and there are no fewer than when it came first. */
function goesOn(objections: Objection[], score: number, { before = [] }: Reviewing): Reduced {
  const last = before.slice(1 - mostRepeats)
  const counted = last.length === mostRepeats - 1 && objections.length >= last[0]!.length
  const same = counted ? objections.filter(({ id }) => last.every((ids) => ids.includes(id))) : []
  const [first] = same
  if (!first) return { decision: 'continue', objections, score, why: `${objections.length} open: ${objections[0]?.id ?? ''}.` }
  const more = same.length > 1 ? ` and ${same.length - 1} more` : ''
  return { decision: 'blocked', objections, score, why: `${first.id}${more} came ${mostRepeats} times in a row, and nothing got better.` }
}

/** What the worker itself says is not done, or everything, where nobody has worked. Nobody else needs to be asked. */
export function admittedBy({ criteria, receipt }: Pick<Reviewing, 'criteria' | 'receipt'>): Objection[] {
  if (!receipt) return criteria.map(({ id, text }) => ({ id: `criterion ${id}`, text: `Still to be done: ${text}` }))
  return receipt.claims
    .filter(({ criterion, done }) => !done && criteria.some(({ id }) => id === criterion))
    .map(({ criterion, evidence }) => ({ id: `criterion ${criterion}`, text: `The worker says that it is not done: ${evidence}` }))
}

function merged(objections: Objection[]): Objection[] {
  const byId = new Map<string, string>()
  for (const { id, text } of objections) byId.set(id, byId.has(id) ? `${byId.get(id)}\n${text}` : text)
  return [...byId].map(([id, text]) => ({ id, text }))
}

function orSaid(objections: Objection[], otherwise: Objection): Objection[] {
  return objections.length > 0 ? objections : [otherwise]
}
