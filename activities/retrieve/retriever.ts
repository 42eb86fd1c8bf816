import { type Retrieved } from '../../contract/retrieval.ts'

/** Finds passages of one folder. Every driver gives the same passages under the same ids as long as the files are the same. */
export interface Retriever {
  search(query: string, limit: number, signal?: AbortSignal): Promise<Retrieved>
}

/** The words of a query by which text is found, each once. */
export function wordsOf(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
  const telling = words.filter((word) => !common.has(word) && (word.length > 1 || /[^\p{ASCII}]/u.test(word)))
  return [...new Set(telling.length > 0 ? telling : words)].slice(0, mostWords)
}

const mostWords = 32
/** Words that stand everywhere; found by them, a passage is about nothing. */
const common = new Set(
  'a an and are as at be by can do does for from has have how i if in is it its me my not of on or so than that the then there this to was what when where which who why will with you your'.split(
    ' ',
  ),
)
