import { z } from 'zod'

/** A piece of a document or of a source file, as it stood when it was found. */
export const Passage = z.strictObject({
  id: z.string().describe('source#from-to, with .2 and so on for the further pieces of one long line; what a citation names.'),
  source: z.string().describe('The file, relative to the folder that was searched.'),
  heading: z.string().optional().describe('The headings above it, the outermost first, joined by " > ".'),
  lines: z.tuple([z.int(), z.int()]).describe('The first and the last line.'),
  text: z.string(),
})
export type Passage = z.infer<typeof Passage>

/** What is in a folder: source files, searched as they are; or texts, indexed by their headings. `auto`: a folder with a .git is a repository. */
export const collectionKinds = ['auto', 'repository', 'documents'] as const

/** A folder that passages come from. */
export interface Collection {
  /** Absolute path, on the machines of the workers. */
  folder: string
  kind: (typeof collectionKinds)[number]
}

/** One search, as the activity receives it. */
export interface RetrieveCall extends Collection {
  run: string
  stage: string
  query: string
  /** Most passages. */
  limit: number
}

/** What a search found, the best first. */
export interface Retrieved {
  passages: Passage[]
  /** What was not looked at, and why, as sentences. */
  note?: string
}

/** Of all the passages that a run finds it keeps so many: more than a model reads with care. */
export const mostKept = 60
