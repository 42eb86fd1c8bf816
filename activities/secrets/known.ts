import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { mcpPath } from '../mcp/settings.ts'
import { secretsFolder } from './named.ts'

/** A secret that this worker knows, and what it is called. */
export interface KnownSecret {
  name: string
  value: string
}

/** Shorter values are words that stand anywhere. */
const fewestCharacters = 8
const mostFileBytes = 64 * 1024

/** A password that is a word stands in names, paths and formats: taking it out would break what it does not protect. One that is given as a secret is taken out all the same. */
const word = /^[A-Za-z]{1,19}$/

/** A part of a variable's or member's name that says that its value is a secret. */
const secretName =
  /(?:^|[_-])(?:(?:api|access|secret|private|encryption|auth)?_?keys?|token|secret|password|passwd|pass|passphrase|credentials?|authorization|auth|cookie|dsn|pat)(?:[_-]|$)/i

/** Every secret that the worker can know: those given as `secret:NAME`, variables whose name or URL says so, and what the settings of MCP servers hold. */
export function knownSecrets(where: { stateFolder: string; environment: Record<string, string | undefined> }): KnownSecret[] {
  const { environment } = where
  const found: KnownSecret[] = []
  const settings = readText(mcpPath(where))
  const used = new Set([...settings.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))
  for (const [name, value = ''] of Object.entries(environment)) {
    const isGiven = used.has(name) || name.startsWith('LOOPWRIGHT_SECRET_')
    if (isGiven || (secretName.test(name) && !word.test(value.trim()))) found.push({ name, value })
    const [, password = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/i.exec(value) ?? []
    if (!word.test(password)) found.push({ name, value: password }, { name, value: decoded(password) })
  }
  found.push(...fromFolder(secretsFolder(environment)), ...fromSettings(parsed(settings), 'mcp.json'))
  const whole = found.map(({ name, value }) => ({ name, value: value.trim() }))
  // A header's value is a scheme and the secret itself.
  const bare = whole.flatMap(({ name, value }) =>
    /^(?:bearer|basic|token) /i.test(value) ? [{ name, value: value.replace(/^\w+ +/, '') }] : [],
  )
  return [...whole, ...bare].filter(
    ({ value }) => value.length >= fewestCharacters && !value.startsWith('secret:') && !/^\$\{\w+\}$/.test(value),
  )
}

function fromFolder(folder: string | undefined): KnownSecret[] {
  if (folder === undefined) return []
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && statSync(join(folder, name)).isFile())
      .map((name) => ({ name, value: readText(join(folder, name)) }))
  } catch {
    return []
  }
}

/** What stands under a name of a secret, anywhere in the settings. */
function fromSettings(value: unknown, name: string): KnownSecret[] {
  if (typeof value === 'string') return secretName.test(name) ? [{ name, value }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => fromSettings(member, key))
}

function readText(path: string): string {
  try {
    return statSync(path).size <= mostFileBytes ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
