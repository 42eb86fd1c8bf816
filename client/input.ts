import { randomInt } from 'node:crypto'
import { type z } from 'zod'
import { ClientProblem } from './problem.ts'

/** Checks a value against its schema before it is sent; every problem is listed at once. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string, next: string): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(problem)
  throw new ClientProblem('InvalidInput', `${what} cannot be used: ${problems.join('; ')}`, next)
}

function problem(issue: z.core.$ZodIssue): string {
  const { path, code, input } = issue
  const place = path.map(String).join('.')
  if (code === 'invalid_type' && input === undefined && place !== '') return `${place} is missing`
  return place === ''
    ? issue.message
    : `${place}: ${wanted(issue)}${typeof input === 'object' || input === '' ? '' : `, not ${shown(input)}`}`
}

/** What would have been right; numbers are said in words of our own. */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && /^(number|int)$/.test(issue.expected)) return 'it must be a number'
  if (issue.code === 'too_small' && issue.minimum === 0 && !issue.inclusive) return 'it must be over 0'
  return issue.message
}

/** A wrong value as it was given, if it is short. */
function shown(input: unknown): string {
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A new run's id: the workflow's name and ten random characters. */
export function newRunId(workflow: string): string {
  return `${workflow}-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`
}
