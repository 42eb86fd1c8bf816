import { visible } from '../../contract/visible.ts'

/** HTML that is safe to put into a page. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | Html[] | undefined

/** Builds HTML: whatever is not HTML already is text, made visible and escaped. There is no other way in. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: strings.reduce((all, string, index) => `${all}${written(parts[index - 1])}${string}`) }
}

function written(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return Array.isArray(part) ? part.map((one) => one.html).join('') : part.html
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
