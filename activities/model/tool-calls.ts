import { canonicalJson, utf8Bytes } from '../../contract/digest.ts'
import { isRef, type Json } from '../../contract/json.ts'
import { type ToolCall } from '../../contract/models.ts'
import { type RawCall } from './raw-reply.ts'

/** How many tool calls of one reply may run. */
const mostCalls = 16
const deepest = 64

/** Where a reply stands: what makes repaired ids unique, and the same when the same reply comes again. */
export interface Place {
  /** How many nodes the conversation has. */
  depth: number
  takenIds: Set<string>
}

/** Reads what the model wrote as tool calls. Every one has an id of its own and a name that can be sent back; what must not run is malformed. */
export function readCalls(raw: RawCall[], finish: string | undefined, { depth, takenIds }: Place, provider: string): ToolCall[] {
  const taken = new Set(takenIds)
  return raw.map((call, index) => {
    const id = ownId(call.id, `call_${depth}_${index}`, taken)
    const name = call.name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'unnamed'
    const extra = call.extra ? { extra: { provider, content: call.extra } } : {}
    const broken = (malformed: string): ToolCall => ({ id, name, malformed, ...extra })
    if (index >= mostCalls) return broken(`only ${mostCalls} tool calls of one reply are made, this is number ${index + 1}`)
    if (finish === 'length') return broken('the reply was cut off at its length limit, so none of its tool calls is made')
    if (name !== call.name) return broken(`${JSON.stringify(call.name.slice(0, 80))} is not the name of a tool`)
    const given = readArguments(call.arguments)
    return typeof given === 'string' ? broken(given) : { id, name, arguments: given, ...extra }
  })
}

/** Ids over 40 characters are refused by some servers when they come back. */
function ownId(given: string, otherwise: string, taken: Set<string>): string {
  let id = /^[\u0021-\u007e]{1,40}$/.test(given) && !taken.has(given) ? given : otherwise
  while (taken.has(id)) id += '_'
  taken.add(id)
  return id
}

/** The arguments, or why there are none. Tools without parameters are often called with an empty text. */
function readArguments(text: string): Record<string, Json> | string {
  if (text.trim() === '') return {}
  const value = parse(text)
  if (!isObject(value)) return `the arguments are not a JSON object: ${excerpt(text)}`
  const problem = jsonProblem(value, 1)
  return problem === undefined ? value : `the arguments ${problem}`
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What JSON may hold and we may not keep, as words after its name. */
export function jsonProblem(value: Json, depth: number): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'hold a number that is too large'
  if (value === null || typeof value !== 'object') return undefined
  if (depth > deepest) return `are nested more than ${deepest} levels deep`
  // Read as a reference, it would stand for an artifact that the model was never shown.
  if (isRef(value)) return 'hold an object of sha256 and bytes, which is reserved'
  for (const member of Object.values(value)) {
    const problem = jsonProblem(member, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text)
}

/** Bytes of the calls as they are sent back, over what the model wrote: repaired ids, and numbers written out. */
export function growth(raw: RawCall[], calls: ToolCall[]): number {
  const written = raw.reduce((sum, call) => sum + utf8Bytes(call.id + call.name + call.arguments), 0)
  const sent = calls.reduce(
    (sum, call) => sum + utf8Bytes(call.id + call.name + canonicalJson(call.arguments ?? {}) + canonicalJson(call.extra ?? '')),
    0,
  )
  return Math.max(0, sent - written)
}
