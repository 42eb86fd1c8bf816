import { utf8Bytes } from '../../contract/digest.ts'
import { type ArtifactStore } from '../../store/store.ts'

const mostBytes = 200 * 1024
const mostLines = 5_000

/** A result that a model can be given: of a longer one the beginning and the end, and the name of the artifact that has the whole. */
export async function present(store: ArtifactStore, text: string): Promise<string> {
  const lines = text.split('\n')
  if (lines.length <= mostLines && utf8Bytes(text) <= mostBytes) return text
  const { sha256, bytes } = await store.put(text)
  const marker = `[cut: ${lines.length} lines, ${bytes} bytes; the whole is artifact ${sha256}]`
  const head = lines.slice(0, mostLines / 2).join('\n')
  const tail = lines.slice(Math.max(lines.length - mostLines / 2, mostLines / 2)).join('\n')
  return [firstBytes(head, mostBytes / 2), marker, lastBytes(tail, mostBytes / 2)].join('\n')
}

/** Cut between characters: what a cut leaves of one at the edge is dropped. */
function firstBytes(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\ufffd+$/, '')
}

function lastBytes(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(-bytes)
    .toString()
    .replace(/^\ufffd+/, '')
}
