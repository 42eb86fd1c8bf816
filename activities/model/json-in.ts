import { jsonrepair } from 'jsonrepair'
import { type Json } from '../../contract/json.ts'

/** The JSON of a text: as it is, in a fence, in the midst of words, or mended. Words alone are no JSON. */
export function jsonIn(text: string): Json | undefined {
  const fenced = [...text.matchAll(/```(?:json5?|JSON)?\s*\n([\s\S]*?)```/g)].map(([, inner]) => inner ?? '')
  const from = text.search(/[[{]/)
  const to = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const between = from >= 0 ? [text.slice(from, to > from ? to + 1 : undefined)] : []
  const candidates = [text, ...fenced.toReversed(), ...between].map((candidate) => candidate.trim())
  for (const candidate of candidates) {
    const value = parsed(candidate)
    if (value !== undefined) return value
  }
  for (const candidate of candidates.filter((one) => /^[[{]/.test(one))) {
    const value = parsed(mended(candidate))
    if (value !== undefined) return value
  }
  return undefined
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function mended(text: string): string {
  try {
    return jsonrepair(text)
  } catch {
    return ''
  }
}
