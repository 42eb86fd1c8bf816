import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Candidate } from './candidates.ts'
import { type Found } from './search.ts'

/** How far a search came, as a heartbeat carries it: enough for another worker to go on. */
export const SearchState = z.object({
  /** Which candidates in which order; another list is another search. */
  candidates: z.string(),
  /** How many of them were looked at, and how many of these tried. */
  looked: z.int().nonnegative(),
  tried: z.int().nonnegative(),
  /** How many of them since the best was found. */
  since: z.int().nonnegative(),
  best: z.object({ index: z.int().nonnegative(), failing: z.array(z.string()), passing: z.array(z.string()) }).optional(),
})
export type SearchState = z.infer<typeof SearchState>

/** Where a search stands. */
export interface Standpoint {
  looked: number
  tried: number
  since: number
  best: Found | undefined
}

/** Heartbeats are small: with more tests than this the best edit is not carried, and a search that had one begins anew. */
const mostTests = 2_000

/** The name of a list of candidates. */
export function digestOf(candidates: Candidate[]): string {
  const hash = createHash('sha256')
  for (const { file, start, end, text } of candidates) hash.update(JSON.stringify([file, start, end, text]))
  return hash.digest('hex').slice(0, 16)
}

/** What a heartbeat carries of a search. */
export function stateOf(digest: string, candidates: Candidate[], { best, ...counts }: Standpoint): SearchState | undefined {
  if (!best) return { candidates: digest, ...counts }
  const [failing, passing] = [[...best.after.failing], [...best.after.passing]]
  if (failing.length + passing.length > mostTests) return undefined
  return { candidates: digest, ...counts, best: { index: candidates.indexOf(best.candidate), failing, passing } }
}

/** Where a search that was broken off goes on; at its beginning if it was another search. */
export function standpointOf(state: SearchState | undefined, digest: string, candidates: Candidate[]): Standpoint {
  const beginning = { looked: 0, tried: 0, since: 0, best: undefined }
  if (state?.candidates !== digest) return beginning
  const { best, candidates: _, ...counts } = state
  if (!best) return { ...counts, best: undefined }
  const candidate = candidates[best.index]
  return candidate
    ? { ...counts, best: { candidate, after: { failing: new Set(best.failing), passing: new Set(best.passing) } } }
    : beginning
}
