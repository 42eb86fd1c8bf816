import { createHash } from 'node:crypto'

/** Servers that keep objects as files allow names of 255 bytes. */
const longestName = 200

/**
 * The name of a readable key's object. Short keys are written so that a prefix of the key is a prefix of its name, and a listing needs no reading;
 * of long ones the name is a hash, and the key stands in the object. Slashes are escaped: to some servers `a` and `a/b` are a file and a folder.
 */
export function nameOfKey(key: string): string {
  const escaped = escape(key)
  return escaped.length <= longestName
    ? `short-${escaped}`
    : `long-${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')}`
}

/** What the names of all short keys with this prefix begin with; undefined when no short key has it. */
export function shortNames(prefix: string): string | undefined {
  const escaped = escape(prefix)
  return escaped.length <= longestName ? `short-${escaped}` : undefined
}

/** What the names of all long keys begin with. */
export const longNames = 'long-'

/** The key of a short name. */
export function keyOfName(name: string): string {
  return name
    .slice('short-'.length)
    .replaceAll('!', '/')
    .replace(/_([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
}

/** By UTF-16 unit, so that keys with lone surrogates stay apart. */
function escape(key: string): string {
  return key.replace(/[^A-Za-z0-9-]/g, (unit) => (unit === '/' ? '!' : `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))
}
