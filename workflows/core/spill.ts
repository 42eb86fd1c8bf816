import { utf8Bytes } from '../../contract/digest.ts'
import { type Ref } from '../../contract/json.ts'
import { activities } from './activities.ts'

/** More bytes than this go into the artifact store, in pieces. As JSON inside JSON a piece at most doubles, or has three bytes for each character. */
const inlineBytes = 16_000
const pieceCharacters = 12_000

/** Whether a text may travel as it is. */
export function isShort(text: string): boolean {
  return utf8Bytes(text) <= inlineBytes
}

/** A text as it is, or as pieces in the artifact store when it is too large to travel. */
export async function spilled(path: string, text: string): Promise<string | Ref[]> {
  if (isShort(text)) return text
  const refs: Ref[] = []
  for (const [index, piece] of piecesOf(text).entries()) {
    refs.push(...(await activities(`${path}/${index + 1}`, { quick: true, summary: 'keep state' }).putArtifacts([piece])))
  }
  return refs
}

/** The text again. */
export async function gathered(spill: string | Ref[]): Promise<string> {
  if (typeof spill === 'string') return spill
  let text = ''
  for (const [index, piece] of spill.entries()) {
    text += (await activities(`restore/${index + 1}`, { quick: true, summary: 'read state' }).getArtifacts([piece])).join('')
  }
  return text
}

/** Cuts a text, but not inside a character: half of one would not survive UTF-8. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const last = text.charCodeAt(from + pieceCharacters - 1)
    const to = from + pieceCharacters - (last >= 0xd800 && last <= 0xdbff ? 1 : 0)
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}
