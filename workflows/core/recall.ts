import { type Json } from '../../contract/json.ts'
import { failure } from './failure.ts'
import { type Run } from './run.ts'

/** The recorded result of a path; another call under the same path is a divergence, never a wrong result. */
export function recalled<T>(run: Run, path: string, callDigest: string): { result: T } | undefined {
  const entry = run.recall[path]
  if (!entry) return undefined
  if (entry.digest === callDigest) return { result: structured<T>(entry.result) }
  throw failure('ReentryDiverged', `${path} was another call before the run continued: its result can't be used.`, {
    run: run.id,
    stage: path,
    effect: 'no',
    next: 'Let workflow code branch only on its input and on results of the roads, never on clock, random numbers or memory of its own.',
  })
}

/** Keeps a result for the next execution; the caller gets a copy of its own, the same as it would get then. */
export function record<T>(run: Run, path: string, callDigest: string, result: T): T {
  const text = JSON.stringify(result ?? null)
  run.recall[path] = { digest: callDigest, result: JSON.parse(text) as Json }
  return JSON.parse(text) as T
}

/** A copy that later changes don't reach. */
export function structured<T = Json>(value: unknown): T {
  return JSON.parse(JSON.stringify(value)) as T
}
