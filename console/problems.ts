import { type z } from 'zod'
import { noSuchRun } from '../client/ended.ts'
import { StoreProblem } from '../client/index.ts'
import { ClientProblem, type ProblemType } from '../client/problem.ts'
import { isNotFound } from '../client/server.ts'
import { type ErrorShape } from '../contract/api-shapes.ts'

/** The status of each problem; programs match on the type, which says more. */
const statuses: { [Type in ProblemType]: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503 | 504 } = {
  InvalidInput: 400,
  Refused: 400,
  NotOverHttp: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NoSuchRun: 404,
  NoSuchCase: 404,
  NoSuchSchedule: 404,
  NotFound: 404,
  AmbiguousRun: 409,
  RunEnded: 409,
  RunFailed: 409,
  ScheduleExists: 409,
  TooMany: 429,
  NoKey: 503,
  NoServer: 503,
  NoApi: 503,
  NoWorker: 504,
}

/** A problem as the API tells it: what happened, of which run, whether anything was changed, what to do. */
export function problemTold(
  problem: unknown,
  run: string | undefined,
): { status: (typeof statuses)[ProblemType]; body: z.input<typeof ErrorShape> } {
  const about = run === undefined ? {} : { run }
  if (problem instanceof ClientProblem) {
    const { type, message, next } = problem
    // Only a message that nobody answered may have arrived.
    const effect = type === 'NoWorker' ? 'unknown' : 'no'
    return { status: statuses[type], body: { error: { type, message, ...about, effect, next } } }
  }
  if (problem instanceof StoreProblem) {
    const { message, next } = problem
    return { status: 503, body: { error: { type: 'Store', message, ...about, effect: 'no', next } } }
  }
  if (run !== undefined && isNotFound(problem)) return problemTold(noSuchRun(run), run)
  const message = problem instanceof Error ? (problem.message.split('\n')[0] ?? '') : String(problem)
  const next = run === undefined ? 'loopwright doctor' : `loopwright show ${run}`
  return { status: 500, body: { error: { type: 'Unexpected', message, ...about, effect: 'unknown', next } } }
}
