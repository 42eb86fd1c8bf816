import { z } from 'zod'
import { digest } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type PolicyVerdict } from '../../contract/policy/policy.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'

/** A tool call as a run's records tell of it, and how it was decided then. */
export interface RecordedCall {
  path: string
  tool: string
  arguments: { [key: string]: Json }
  was: PolicyVerdict
}

const Arguments = z.record(z.string(), z.json())
const Made = z.array(z.looseObject({ name: z.string(), arguments: Arguments.optional() }))
const Shown = z.looseObject({ tool: z.string(), arguments: Arguments, approves: z.string() })
const Quote = z.looseObject({ sha256: z.string(), bytes: z.int(), text: z.string().optional() })
/** Calls that pass no policy: the agent itself answers them. */
const without = ['finish', 'ask_person', 'earlier']

/**
 * The calls of a run in their order. What a model called and no record tells of was denied, or did not fit; what a person was asked about was asked for, whatever they
 * said.
 */
export function recordedCalls(records: TraceRecord[]): RecordedCall[] {
  const asked = new Set(records.flatMap((record) => (record.kind === 'decision' ? askedAbout(record) : [])))
  const tools = records.flatMap((record) => (record.kind === 'tool' ? [record] : []))
  const made = new Map<string, number>()
  const known = new Set<string>()
  const calls: RecordedCall[] = []
  for (const record of records) {
    if (record.kind === 'tool') {
      if (record.dry || known.has(record.effect)) continue
      known.add(record.effect)
      const given = argumentsOf(record.arguments)
      const was = record.approved !== undefined || asked.has(keyOf(record.tool, given)) ? 'ask' : 'allow'
      calls.push({ path: record.path, tool: record.tool, arguments: given, was })
    } else if (record.kind === 'model') calls.push(...refused(record, tools, asked, made))
  }
  return calls
}

/** The calls of a reply that were not made. */
function refused(reply: TraceOf<'model'>, tools: TraceOf<'tool'>[], asked: Set<string>, made: Map<string, number>): RecordedCall[] {
  const parsed = Made.safeParse(reply.calls)
  const turn = reply.path.slice(0, reply.path.lastIndexOf('/') + 1)
  if (!parsed.success || reply.status !== 'done') return []
  return parsed.data.flatMap(({ name, arguments: called }) => {
    if (!called || without.includes(name)) return []
    const given = argumentsOf(called)
    const key = keyOf(name, given)
    const place = `${turn}${key}`
    const times = (made.get(place) ?? 0) + 1
    made.set(place, times)
    const done = new Set(
      tools
        .filter(
          ({ path, tool, arguments: theirs, dry }) =>
            !dry && tool === name && path.startsWith(turn) && keyOf(tool, argumentsOf(theirs)) === key,
        )
        .map(({ effect }) => effect),
    )
    if (done.size >= times) return []
    return [{ path: `${turn}${name}`, tool: name, arguments: given, was: asked.has(key) ? 'ask' : 'deny' }]
  })
}

function askedAbout({ shown }: TraceOf<'decision'>): string[] {
  const parsed = Shown.safeParse(shown)
  return parsed.success ? [keyOf(parsed.data.tool, argumentsOf(parsed.data.arguments))] : []
}

const keyOf = (tool: string, given: { [key: string]: Json }) => digest([tool, given])

/** Arguments with their texts where the store had them. */
function argumentsOf(given: Json): { [key: string]: Json } {
  const text = JSON.stringify(given, (_key, member: unknown) => {
    const quoted = Quote.safeParse(member)
    if (!quoted.success) return member
    const { text: whole, sha256, bytes } = quoted.data
    return whole ?? { sha256, bytes }
  })
  return Arguments.catch({}).parse(JSON.parse(text))
}
