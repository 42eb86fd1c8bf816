import { type Reply, type ScriptedRequest } from '../../testing/index.ts'
import { Dice } from '../repair/dice.ts'
import { type Mistakes, type Task, type Way } from './task.ts'

/** Of ten objections that it is told, how many a cheap model minds: such a mistake is not made again. */
export const minds = 0.7

/** A model of one try: it makes each kind of mistake in a stated share of its answers, the same ones for the same seed, task and try, whatever the way. */
export function cheapModel(task: Task, way: Way, seed: string): (request: ScriptedRequest) => Reply {
  let answers = 0
  return (request) => {
    const answer = request.messages.at(-1)?.role === 'tool' ? answers : ++answers
    const news = String(request.messages.findLast(({ role }) => role === 'user')?.content)
    const made: Mistakes = (kind) => {
      const chance = new Dice(`${seed} ${kind} ${answer}`).below(10_000) / 10_000
      const share = task.shares[kind]!
      const told = answer > 1 && task.told[kind]?.test(news) === true
      return chance < (told ? share * (1 - minds) : share)
    }
    return task.answer(request, way, made)
  }
}
