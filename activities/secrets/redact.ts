import { type KnownSecret } from './known.ts'

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/** Puts `[secret NAME]` in the place of each secret, as it is and as base64 (alone or inside of more), hex, JSON and URLs write it. */
export function redacting(secrets: KnownSecret[]): Redact {
  const names = new Map<string, string>()
  for (const { name, value } of secrets) for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name)
  if (names.size === 0) return (text) => text
  // The longest first: one secret may begin as another does.
  const forms = [...names.keys()].toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(forms.map((form) => form.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)).join('|'), 'g')
  return (text) => text.replaceAll(pattern, (form) => `[secret ${names.get(form) ?? ''}]`)
}

/** Every text in a value, however deep. The value itself comes back where there is nothing to take out. */
export function redacted<T>(redact: Redact, value: T): T {
  if (typeof value === 'string') return redact(value) as T
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map((member: unknown) => redacted(redact, member)) as T
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [redact(key), redacted(redact, member as unknown)])) as T
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const based = [0, 1, 2].map((before) => insideBase64(bytes, before)).filter((form) => form.length >= 8)
  const escaped = encodeURIComponent(value)
  return [
    value,
    // As `withoutSecrets` looks at bytes.
    bytes.toString('latin1'),
    JSON.stringify(value).slice(1, -1),
    escaped,
    escaped.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    escaped.replaceAll('%20', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...based,
    ...based.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** The characters of base64 that only these bytes decide when so many others (mod 3) stand before them. */
function insideBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replaceAll('=', '')
  const bits = (before + bytes.length) * 8
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6))
}
