import { z } from 'zod'
import { type Outcome } from '../../contract/outcome.ts'
import { count, type Vote } from '../../contract/patterns/count-votes.ts'
import { type Votes, type Voting } from '../../contract/patterns/voting.ts'
import { attempted, finish, parallel, stage } from '../core/index.ts'

/** Asks the same question several times, each in a context of its own, and counts; between rounds it looks whether the result can still change. */
export async function voting(input: Voting): Promise<Outcome<Votes>> {
  const { question, options, votes, models, limits } = input
  const Answer = z.object({ why: z.string(), vote: z.enum([...options, 'abstain']) })
  const cast: Vote[] = []
  const voter = (number: number) => async (): Promise<Vote> => {
    const turn = [...models.slice(number % models.length), ...models.slice(0, number % models.length)]
    const prompt = `${question}\n\nVote for one of: ${options.join(', ')}; or abstain. Say why first.`
    const one = await attempted(() => stage({ name: 'vote', models: turn, prompt, schema: Answer }))
    if ('failed' in one) return { vote: null, why: `No answer: ${one.failed}` }
    const { vote, why } = one.done.value
    return { vote: vote === 'abstain' ? null : vote, why }
  }
  while (!count(input, cast).settled) {
    const round = Math.min(votes - cast.length, limits.concurrency)
    cast.push(...(await parallel(Array.from({ length: round }, (_, index) => voter(cast.length + index)))))
  }
  const { winner, tally, abstained } = count(input, cast)
  if (winner === undefined)
    return finish.stopped('blocked', `No option won (${input.rule}): ${JSON.stringify(tally)}, ${abstained} abstained.`)
  return finish.accepted(
    { winner, tally, abstained, votes: cast },
    `${winner} won with ${tally[winner]} of ${cast.length - abstained} votes (${input.rule}).`,
  )
}
