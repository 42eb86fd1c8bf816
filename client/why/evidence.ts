import { type Limits } from '../../contract/limits.ts'
import { type Spent } from '../../contract/outcome.ts'
import { type RunSummary } from '../summary.ts'
import { headline, money } from '../trace/lines.ts'
import { type Facts } from './facts.ts'
import { some } from './words.ts'

/** What a live run has to show: attempts, what is left, what was spent. */
export function evidenceOfOpen({ attempt, objections, spent, limits, stuck, silent, why }: RunSummary): string {
  if (stuck) return `The server tries it again and again, always in vain; ${why.split('; ')[1] ?? 'nothing is lost'}`
  if (silent || !spent)
    return 'The server has it as running, and nobody answered when it was asked; nothing is lost, and it goes on when a worker comes'
  const parts = [
    ...(attempt ? [`attempt ${attempt.number} of ${attempt.of} (${attempt.stalls} of ${attempt.stallsLimit} without progress)`] : []),
    ...(objections && objections.count > 0 ? [`the last verdict objects to ${some(objections.ids, objections.count)}`] : []),
    `spent so far: ${spentText(spent, limits)}`,
  ]
  return capital(parts.join('; '))
}

/** What a run that has ended has to show for its end. */
export function evidenceOfEnd(facts: Facts): string {
  const parts = [...decisive(facts), ...(facts.spent ? [`spent: ${spentText(facts.spent, facts.limits)}`] : [])]
  return capital(parts.join('; ') || 'Nothing was begun')
}

function decisive({ status, reason, best, tests, person, broken, last, patch, failure }: Facts): string[] {
  const verified = tests ? [`the last run of the tests: ${headline(tests)}`] : []
  const changed = patch && patch.files.length > 0 ? [`changed: ${some(patch.files)} (+${patch.added} −${patch.removed})`] : []
  if (status === 'done') return [...verified, ...changed]
  if (status === 'open') return last ? [`the last step: ${last.path}, ${headline(last)}`] : []
  if (status === 'failed') {
    const effect = {
      yes: 'something was changed outside',
      no: 'nothing was changed outside',
      unknown: 'whether anything was changed outside is not known',
    }
    return [...(broken ? [stepThatFailed(broken)] : []), ...(failure ? [effect[failure.effect]] : [])]
  }
  const held = best
    ? [`attempt ${best.attempt} was the best and leaves ${some(best.objections.map(({ id }) => id))}`]
    : ['no attempt was better than the start']
  if ((reason === 'declined' || reason === 'cancelled' || reason === 'held') && person) return [headline(person), ...held]
  if ((reason === 'model' || reason === 'error' || reason === 'blocked') && broken) return [stepThatFailed(broken), ...held]
  return [...held, ...verified]
}

function stepThatFailed(broken: NonNullable<Facts['broken']>): string {
  return `the step ${broken.path} failed: ${broken.error?.type ?? ''}: ${broken.error?.message ?? ''}`
}

function spentText({ attempts, tokens, microDollars, milliseconds }: Spent, limits?: Limits): string {
  const of = (limit: number | string | undefined) => (limit === undefined ? '' : ` of ${limit}`)
  const dollars = limits && limits.dollars !== 'none' ? `$${limits.dollars}` : undefined
  return [
    `${attempts}${of(limits?.attempts)} attempts`,
    `${tokens}${of(limits?.tokens)} tokens`,
    `${money(microDollars)}${of(dollars)}`,
    `${Math.ceil(milliseconds / 6_000) / 10}${of(limits?.minutes)} minutes`,
  ].join(', ')
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
