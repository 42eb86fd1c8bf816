import { z } from 'zod'
import { type Json } from './json.ts'

const pattern = z
  .string()
  .max(500)
  .refine((text) => isPattern(text), 'it is not a regular expression')

/** A rule that code can check, as plain JSON. */
export const Rule = z.strictObject({
  name: z.string().min(1).describe('Stays the same: an objection is named for it.'),
  at: z.string().optional().describe('Which part of a value, as a.b.0. Default: the whole.'),
  matches: pattern.optional().describe('A regular expression that must match.'),
  lacks: pattern.optional().describe('A regular expression that must not match.'),
  minWords: z.int().positive().optional().describe('Fewest words.'),
  maxWords: z.int().positive().optional().describe('Most words.'),
  min: z.number().optional().describe('Smallest number.'),
  max: z.number().optional().describe('Largest number.'),
})
export type Rule = z.infer<typeof Rule>

/** What is wrong with a value by a rule, as a sentence for whoever mends it; undefined when nothing is. */
export function broken({ at, matches, lacks, minWords, maxWords, min, max }: Rule, whole: Json): string | undefined {
  const value = at === undefined ? whole : partOf(whole, at)
  if (value === undefined) return `There is no ${at}.`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const words = text.split(/\s+/).filter((word) => word !== '').length
  if (matches !== undefined && !new RegExp(matches, 'u').test(text)) return `It does not match ${matches}.`
  const found = lacks === undefined ? null : new RegExp(lacks, 'u').exec(text)
  if (found) return `It must not have ${JSON.stringify(found[0].slice(0, 80))}.`
  if (minWords !== undefined && words < minWords) return `It has ${words} words; at least ${minWords} are wanted.`
  if (maxWords !== undefined && words > maxWords) return `It has ${words} words; at most ${maxWords} are wanted.`
  if ((min !== undefined || max !== undefined) && typeof value !== 'number') return 'It is no number.'
  if (min !== undefined && Number(value) < min) return `It is ${text}; at least ${min} is wanted.`
  if (max !== undefined && Number(value) > max) return `It is ${text}; at most ${max} is wanted.`
  return undefined
}

function partOf(whole: Json, at: string): Json | undefined {
  let value: Json | undefined = whole
  for (const name of at.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, Json>)[name]
  }
  return value
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
