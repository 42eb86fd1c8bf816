import { refOf, utf8Bytes } from '../../contract/digest.ts'
import { isRef, type Ref, type Text } from '../../contract/json.ts'
import { failure } from './failure.ts'
import { keep } from './keep.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'

/** What later stages and models see of a text. */
export interface MaxOutput {
  /** UTF-8 bytes (204,800). */
  bytes?: number
  /** Lines (5,000). */
  lines?: number
}

/** Shorter texts stand in what the run remembers; longer ones by hash. */
const inlineBytes = 512

/** A text as later stages see it: cut with a note where it is too long, the whole kept as an artifact. */
export async function cutOutput(text: Text, { bytes = 200 * 1024, lines = 5_000 }: MaxOutput = {}): Promise<string> {
  if (isRef(text)) return `(${text.bytes} bytes, kept as artifact ${text.sha256})`
  const all = text.split('\n')
  const size = utf8Bytes(text)
  if (size <= bytes && all.length <= lines) return text
  const { sha256 } = await kept(text)
  return `${within(all.slice(0, lines).join('\n'), bytes)}\n[cut here: ${size} bytes and ${all.length} lines in all, kept as artifact ${sha256}]`
}

/** Keeps the text of a stage under its name, for `reads`. */
export async function keepOutput(name: string, text: string): Promise<void> {
  const { state } = currentRun()
  state[keptKey(name)] = utf8Bytes(text) <= inlineBytes ? text : { ...(await kept(text)) }
}

function kept(text: string): Promise<Ref> {
  return road({ name: 'keep', kind: 'tool', text: 'keeping a text', call: refOf(text) }, (path) => keep(text, path))
}

/** What stands in place of a text that was kept. */
export const keptNote = (name: string) => `(kept as ${name})`

/** The text that a stage kept under its name. */
export function keptOutput(name: string): Text {
  const run = currentRun()
  const text = run.state[keptKey(name)]
  if (typeof text === 'string' || isRef(text)) return text
  const next = `Let an earlier stage keep its text: { name: '${name}', output: 'file-only' }.`
  throw failure('ArtifactMissing', `No stage kept a text as ${name}, so no model was asked.`, { run: run.id, effect: 'no', next })
}

const keptKey = (name: string) => `output:${name}`

/** As many whole characters as fit into so many bytes. */
function within(text: string, bytes: number): string {
  let cut = text.slice(0, bytes)
  while (utf8Bytes(cut) > bytes) cut = cut.slice(0, -Math.max(1, Math.ceil((utf8Bytes(cut) - bytes) / 4)))
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}
