import { z } from 'zod'
import { isRef, type Json, Ref } from './json.ts'
import { visible } from './visible.ts'
import { Patch } from './workspace.ts'

/** A piece of what a question shows to people: a text, or one that lies in the artifact store, which may be a diff. Its lines stand so many spaces in. */
export const ShownPart = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ kept: Ref, is: z.enum(['text', 'diff']), indent: z.int() }),
])
export type ShownPart = z.infer<typeof ShownPart>

/** A line of it; those of a diff say what they are. */
export interface ShownLine {
  text: string
  is: 'plain' | 'file' | 'place' | 'added' | 'removed'
}

/** What a person is shown who is asked whether a tool call may be made. */
const Call = z.looseObject({
  tool: z.string(),
  arguments: z.record(z.string(), z.custom<Json>()),
  rule: z.string(),
  approves: z.string(),
  prepared: z.custom<Json>().optional(),
  dollars: z.number().optional(),
})

/**
 * What a question shows, in the words of people: a change of files as its diff, a call as what it would do and what that costs, anything else by its members.
 * Nothing that a model wrote can look like a line of ours: its lines stand further in.
 */
export function shownParts(show: Json): ShownPart[] {
  const call = Call.safeParse(show)
  if (!call.success) return partsOf(show, 0)
  const { tool, arguments: given, prepared, dollars, rule } = call.data
  const effect = prepared === undefined || prepared === null ? [] : under('would do', prepared, 0)
  return joined([
    // A diff is all that comes of an edit, whatever it was told.
    ...(prepared !== undefined && isPatch(prepared) ? partsOf(prepared, 0) : [...under(tool, given, 0), ...effect]),
    ...(dollars === undefined ? [] : [{ text: `costs: $${dollars}` }]),
    { text: `rule: ${visible(rule)}` },
  ])
}

/** The parts as lines; `read` brings what is kept. What cannot be read is said in its place. */
export async function shownLines(parts: ShownPart[], read: (ref: Ref) => Promise<string>): Promise<ShownLine[]> {
  const lines = await Promise.all(
    parts.map(async (part): Promise<ShownLine[]> => {
      if ('text' in part) return part.text.split('\n').map((text) => ({ text, is: 'plain' }))
      const { kept, is, indent } = part
      const text = await read(kept).catch(() => undefined)
      if (text === undefined)
        return [{ text: `${' '.repeat(indent)}(the ${is} ${kept.sha256} is not in the artifact store of this machine)`, is: 'plain' }]
      const shown = visible(text).trimEnd().split('\n')
      return is === 'diff' ? diffLines(shown) : shown.map((line) => ({ text: `${' '.repeat(indent)}${line}`, is: 'plain' }))
    }),
  )
  return lines.flat()
}

function partsOf(value: Json, indent: number): ShownPart[] {
  const space = ' '.repeat(indent)
  if (isRef(value)) return [{ kept: value, is: 'text', indent }]
  if (isPatch(value)) {
    const { files, added, removed, diff } = Patch.parse(value)
    const changed = files.length === 1 ? '1 file' : `${files.length < 50 ? files.length : '50 or more'} files`
    return [{ text: `${space}${changed}, +${added} -${removed}` }, ...(diff.bytes > 0 ? [{ kept: diff, is: 'diff' as const, indent }] : [])]
  }
  if (Array.isArray(value)) return joined(value.flatMap((member, index) => under(`${index + 1}`, member, indent)))
  if (typeof value === 'object' && value !== null)
    return joined(Object.entries(value).flatMap(([name, member]) => under(name, member, indent)))
  const text = value === null ? '' : visible(String(value))
  return text === ''
    ? []
    : [
        {
          text: text
            .split('\n')
            .map((line) => `${space}${line}`)
            .join('\n'),
        },
      ]
}

/** A value under its name: on the same line where it is a short one. */
function under(name: string, value: Json, indent: number): ShownPart[] {
  const title = `${' '.repeat(indent)}${visible(name).replaceAll('\n', ' ')}:`
  const isPlain = typeof value !== 'object' || value === null
  if (isPlain && !String(value).includes('\n'))
    return [{ text: value === null ? `${title} nothing` : `${title} ${visible(String(value))}` }]
  return joined([{ text: title }, ...partsOf(value, indent + 2)])
}

const isPatch = (value: unknown): boolean => Patch.safeParse(value).success

/** Neighbouring texts as one. */
function joined(parts: ShownPart[]): ShownPart[] {
  const all: ShownPart[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (last && 'text' in last && 'text' in part) all[all.length - 1] = { text: `${last.text}\n${part.text}` }
    else all.push(part)
  }
  return all
}

/** What each line of a unified diff is; within a hunk a line that begins with `--` is one that was removed. */
function diffLines(lines: string[]): ShownLine[] {
  let within = false
  return lines.map((text) => {
    if (text.startsWith('@@')) within = true
    else if (text.startsWith('diff ')) within = false
    if (!within) return { text, is: 'file' }
    return { text, is: text.startsWith('@@') ? 'place' : text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : 'plain' }
  })
}
