import { z } from 'zod'
import { type Declaration } from './declaration.ts'
import { Limits } from './limits.ts'

/** The questions that every loop must have an answer to, and what each asks. */
export const sixQuestions = {
  trigger: 'What starts it?',
  context: 'What does whoever proposes see?',
  verifier: 'Who says that a result is good?',
  state: 'What is kept, and survives a crash?',
  stop: 'What ends it?',
  learning: 'What does the next attempt, or run, learn from this one?',
} as const
export type Question = keyof typeof sixQuestions

/** An answer, or what is missing from the declaration. */
export type Answered = { question: Question } & ({ answer: string } | { missing: string })

/** Answers the six questions of a workflow from its declaration. What the engine sees to is answered where the declaration lets it: an example that fits, limits. */
export function answersOf(name: string, declaration: Declaration): Answered[] {
  const { context, verifier, learning } = declaration
  return [
    { question: 'trigger', ...trigger(name, declaration) },
    { question: 'context', ...said(context, 'context') },
    { question: 'verifier', ...said(verifier, 'verifier') },
    { question: 'state', ...state(declaration) },
    { question: 'stop', ...stop(declaration) },
    { question: 'learning', ...said(learning, 'learning') },
  ]
}

type Answer = { answer: string } | { missing: string }

function said(sentence: string | undefined, field: string): Answer {
  return sentence?.trim() ? { answer: sentence } : { missing: `the declaration has no \`${field}\`` }
}

function trigger(name: string, { input, example }: Declaration): Answer {
  const parsed = input.safeParse(example)
  if (!parsed.success) return { missing: `its example does not fit its input: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}` }
  return { answer: `Started by the name ${name} with plain JSON: a command, a client, a schedule, or another run.` }
}

/** A value that is not described can't be checked when it is carried or given back. */
function state({ output }: Declaration): Answer {
  const { $schema: _, ...described } = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' })
  if (Object.keys(described).length === 0) return { missing: 'its output is not described, so that what it keeps cannot be checked' }
  return { answer: 'Every finished step, what was spent, open questions and the best result stand in the history, and survive a crash.' }
}

function stop({ input, example }: Declaration): Answer {
  const parsed = input.safeParse(example)
  const limits = parsed.success ? Limits.safeParse((parsed.data as { limits?: unknown }).limits) : undefined
  if (!limits?.success) return { missing: 'its input has no `limits`' }
  const { attempts, stalls, tokens, dollars, minutes } = limits.data
  const money = dollars === 'none' ? '' : `, $${dollars}`
  return {
    answer: `${attempts} attempts, ${stalls} without progress, ${tokens} tokens${money}, ${minutes} minutes of work; a person at any time.`,
  }
}
