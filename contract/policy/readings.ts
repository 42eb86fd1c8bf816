import { splitCommand } from '../command.ts'
import { isRef, type Json } from '../json.ts'
import { segments } from './glob.ts'
import { isOpaque } from './opaque.ts'
import { type PolicyCall } from './call.ts'

/**
 * What a matcher reads in a call: its values; `none` where a tool of ours has nothing of the kind; `later` where a text stands by its hash, which only whoever acts can
 * read; `unreadable`: it never fits what allows, and always fits what denies.
 */
export type Reading = { values: string[][] } | 'none' | 'later' | 'unreadable'

const names = {
  paths: ['path', 'paths', 'file', 'files', 'filename', 'folder', 'directory', 'source', 'destination', 'patch', 'diff'],
  hosts: ['url', 'urls', 'uri', 'href', 'host', 'hosts', 'endpoint'],
  argv: ['argv', 'command', 'cmd'],
} as const
/** Tools of a workspace that neither name files nor read what they are told to. */
const nameless = ['tests', 'finish', 'repair', 'run']

/** The paths that a call names, as their parts. */
export function pathsOf(call: PolicyCall, from: string[] = [...names.paths]): Reading {
  const given = present(call, from)
  if (given.length > 0) return together(given.map(([name, value]) => (isPatch(name) ? patched(value) : listed(value, pathParts))))
  if (!call.tool.workspace || call.tool.own) return 'unreadable'
  // Without a path they look at everything.
  return nameless.includes(call.tool.name) ? 'none' : { values: [[]] }
}

/** The hosts that a call names; with the port where it is not the scheme's own. */
export function hostsOf(call: PolicyCall, from: string[] = [...names.hosts]): Reading {
  const given = present(call, from)
  if (given.length > 0) return together(given.map(([, value]) => listed(value, host)))
  return call.tool.workspace && !call.tool.own ? 'none' : 'unreadable'
}

/** The command that a call runs, as its words. */
export function argvOf(call: PolicyCall, from: string[] = [...names.argv]): Reading {
  const given = present(call, from)
  const [[, value] = []] = given
  if (value === undefined) return call.tool.workspace && !call.tool.own && call.tool.name !== 'run' ? 'none' : 'unreadable'
  if (given.length > 1) return 'unreadable'
  const { args } = call.arguments
  if (isRef(value) || isRef(args)) return 'later'
  const words = wordsOf(value, args)
  return words === undefined || words.length === 0 || isOpaque(words) ? 'unreadable' : { values: [words] }
}

function wordsOf(value: Json, args: Json | undefined): string[] | undefined {
  if (Array.isArray(value)) return value.every((word) => typeof word === 'string') ? value : undefined
  if (typeof value !== 'string') return undefined
  if (Array.isArray(args)) return args.every((word) => typeof word === 'string') ? [value, ...args] : undefined
  try {
    return splitCommand(value)
  } catch {
    return undefined
  }
}

function present({ arguments: given }: PolicyCall, from: string[]): [string, Json][] {
  return Object.entries(given).filter(([name]) => from.includes(name))
}

function together(readings: Reading[]): Reading {
  for (const poor of ['unreadable', 'later'] as const) if (readings.includes(poor)) return poor
  return { values: readings.flatMap((reading) => (typeof reading === 'object' ? reading.values : [])) }
}

function listed(value: Json, read: (text: string) => string[] | undefined): Reading {
  if (isRef(value)) return 'later'
  const values: string[][] = []
  for (const one of Array.isArray(value) ? value : [value]) {
    if (isRef(one)) return 'later'
    const parts = typeof one === 'string' ? read(one) : undefined
    if (parts === undefined) return 'unreadable'
    values.push(parts)
  }
  return values.length > 0 ? { values } : 'unreadable'
}

/** A path without `.`, `..` and doubled slashes; undefined where it leaves the workspace or can't be told. */
export function pathParts(path: string): string[] | undefined {
  const text = path.normalize('NFC')
  if (/^[A-Za-z]:/.test(text) || text.startsWith('/') || text.startsWith('~') || /[\\\0]/.test(text)) return undefined
  const parts: string[] = []
  for (const part of segments(text)) {
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts
}

/** Of a URL, or of a host as it stands. Who is named before an @ is not the host. */
function host(text: string): string[] | undefined {
  const trimmed = text.trim()
  try {
    const url = new URL(trimmed.includes('://') ? trimmed : `https://${trimmed}`)
    if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '' || url.hostname === '') return undefined
    const port = url.port === '' ? '' : `:${url.port}`
    return [`${url.hostname.replace(/\.$/, '')}${port}`]
  } catch {
    return undefined
  }
}

const isPatch = (name: string) => name === 'patch' || name === 'diff'
const headers = ['+++ ', '--- ', 'rename from ', 'rename to ', 'copy from ', 'copy to ']
const marks = ['*** Add File: ', '*** Update File: ', '*** Delete File: ', '*** Move to: ']

/** The files of a patch. One whose files can't be told from its headers can't be read. */
function patched(value: Json): Reading {
  if (isRef(value)) return 'later'
  if (typeof value !== 'string') return 'unreadable'
  const values: string[][] = []
  for (const line of value.split('\n')) {
    const header = [...headers, ...marks].find((known) => line.startsWith(known))
    if (header === undefined) continue
    const name = line.slice(header.length).split('\t')[0]!.trimEnd()
    if (name === '/dev/null') continue
    const parts = name.startsWith('"') ? undefined : pathParts(/^(\+\+\+|---) /.test(header) ? name.replace(/^[ab]\//, '') : name)
    if (parts === undefined) return 'unreadable'
    values.push(parts)
  }
  return values.length > 0 ? { values } : 'unreadable'
}
