import { type Voting } from './voting.ts'

export interface Vote {
  /** Null: abstained, or no answer came. */
  vote: string | null
  why: string
}

/** How the votes stand: who wins now, and whether the votes still to come could change that. */
export function count(input: Pick<Voting, 'options' | 'votes' | 'rule' | 'share' | 'against' | 'quorum' | 'tie'>, cast: Vote[]) {
  const tally = Object.fromEntries(input.options.map((option) => [option, cast.filter(({ vote }) => vote === option).length]))
  const abstained = cast.filter(({ vote }) => vote === null).length
  const winner = winnerOf(input, tally, cast.length - abstained)
  return { tally, abstained, winner, settled: isSettled(input, tally, cast.length - abstained, input.votes - cast.length) }
}

type Rules = Parameters<typeof count>[0]
type Tally = Record<string, number>

function winnerOf(
  { options, votes, rule, share, against = options.at(-1)!, quorum = Math.floor(votes / 2) + 1, tie }: Rules,
  tally: Tally,
  total: number,
) {
  if (total < quorum) return undefined
  if (rule === 'veto' && (tally[against] ?? 0) > 0) return against
  const needs = { majority: 0.5, veto: 0.5, unanimous: 1, threshold: share }[rule]
  const enough = (of: number) => (needs === 0.5 ? of > total / 2 : of >= total * needs - 1e-9)
  return options.find((option) => enough(tally[option] ?? 0)) ?? tie
}

/** Whether every way that the votes still to come can fall leads to the same end. The ends lie in giving all of them to one option, or to none. */
function isSettled(rules: Rules, tally: Tally, total: number, open: number): boolean {
  if (open === 0) return true
  const ends = new Set<string | undefined>([winnerOf(rules, tally, total)])
  for (const option of rules.options)
    for (let more = 1; more <= open; more++) ends.add(winnerOf(rules, { ...tally, [option]: (tally[option] ?? 0) + more }, total + more))
  return ends.size === 1
}
