import { z } from 'zod'
import { type Passage } from './retrieval.ts'
import { type Objection } from './verdict.ts'

/** Words of a passage that an answer rests on. */
export const Citation = z.strictObject({
  passage: z.string().describe('The id of the passage.'),
  quote: z.string().describe('Its words that show it, copied exactly; whole words, and enough of them to be found.'),
})
export type Citation = z.infer<typeof Citation>

/** An answer that says what it rests on, or that nothing was found. */
export const Cited = z.strictObject({
  answer: z.string().describe('Only what the passages say; or, where they do not say it, what was looked for in vain.'),
  notFound: z.boolean().describe('Whether the passages do not have the answer. Then there are no citations.'),
  citations: z.array(Citation).max(30),
})
export type Cited = z.infer<typeof Cited>

/** Shorter quotations stand almost anywhere. */
const fewestCharacters = 10

/** Passages as a model reads them, each under its id. */
export function shownPassages(passages: Passage[]): string {
  return passages.map(({ id, heading, text }) => `## ${id}${heading === undefined ? '' : ` (${heading})`}\n${text}`).join('\n\n')
}

/** An answer with its quotations, as a judge reads it. */
export function shownAnswer({ answer, citations }: Cited): string {
  return `${answer}\n\nIts quotations:\n${citations.map(({ passage, quote }) => `- ${passage}: ${quote}`).join('\n')}`
}

/**
 * What is wrong with an answer beside the passages that were retrieved. A citation counts if its passage is one of them and its quote stands there word for word,
 * whatever the white space. An answer rests on one citation at least; one that says that nothing was found has none, and only stands where that may be (`mayBeNotFound`).
 */
export function citationProblems({ answer, notFound, citations }: Cited, passages: Passage[], mayBeNotFound = true): Objection[] {
  const byId = new Map(passages.map((passage) => [passage.id, passage]))
  const wrong = citations.flatMap((citation) => problemOf(citation, byId) ?? [])
  if (answer.trim() === '') wrong.push({ id: 'answer', text: 'There is none.' })
  if (notFound && citations.length > 0)
    wrong.push({ id: 'not found', text: 'It says that nothing was found, and cites: answer from what it cites, or cite nothing.' })
  else if (notFound && !mayBeNotFound)
    wrong.push({ id: 'not found', text: 'The passages were judged to have the answer: give it, with citations.' })
  if (!notFound && citations.length === 0)
    wrong.push({ id: 'citations', text: 'It cites nothing: cite what it rests on, or say that it was not found (notFound).' })
  return wrong
}

function problemOf({ passage: id, quote }: Citation, passages: Map<string, Passage>): Objection | undefined {
  const words = normal(quote)
  const named = `${id}: ${words.slice(0, 60)}`
  const passage = passages.get(id)
  if (!passage) return { id: named, text: `No passage ${JSON.stringify(id.slice(0, 200))} was retrieved.` }
  const text = normal(passage.text)
  if (words.length < fewestCharacters && words !== text)
    return { id: named, text: `The quote ${JSON.stringify(words)} is too short: quote ${fewestCharacters} characters at least.` }
  return standsIn(text, words)
    ? undefined
    : { id: named, text: `These words do not stand in ${id}: ${JSON.stringify(words.slice(0, 300))}` }
}

/** Whether words stand in a text as whole words: "able to" does not stand in "unable to". */
function standsIn(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1))
    if (isEdge(text, at) && isEdge(text, at + words.length)) return true
  return false
}

function isEdge(text: string, at: number): boolean {
  return !(isOfWord(text.codePointAt(at)) && isOfWord(before(text, at)))
}

function before(text: string, at: number): number | undefined {
  const low = text.charCodeAt(at - 1)
  return text.codePointAt(low >= 0xdc00 && low <= 0xdfff ? at - 2 : at - 1)
}

/** Scripts that are written without spaces have no edges of words that code could see. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

function isOfWord(code: number | undefined): boolean {
  if (code === undefined) return false
  const character = String.fromCodePoint(code)
  return /[\p{L}\p{M}\p{N}_]/u.test(character) && !unspaced.test(character)
}

function normal(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
