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

function problem({ path, message, code, input }: z.core.$ZodIssue): string {
  const place = path.map(String).join('.')
  if (code === 'invalid_type' && input === undefined && place !== '') return `${place} is missing`
  return place === '' ? message : `${place}: ${message}`
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A new run's id: the workflow's name and ten random characters. */
export function newRunId(workflow: string): string {
  return `${workflow}-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`
}
