import { type Cited, citationProblems } from '../../contract/citations.ts'
import { type Passage } from '../../contract/retrieval.ts'
import { verdictOn, type Verifier } from './verifiers.ts'

/** What was retrieved in this run, and whether an answer may say that it was not there. */
export interface Citing {
  passages: Passage[]
  /** Whether "it was not found" is an answer (true); false where somebody else has found that the passages suffice. */
  mayBeNotFound?: boolean
}

/** Every citation names a passage that was retrieved, and its quote stands there word for word, whatever the white space; an answer without any rests on nothing. */
export function citations({ passages, mayBeNotFound = true }: Citing): Verifier<Cited> {
  return async (cited) => verdictOn(cited, citationProblems(cited, passages, mayBeNotFound))
}
