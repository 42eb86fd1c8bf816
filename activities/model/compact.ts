import { type Message } from '../../contract/models.ts'
import { messageBytes } from '../../contract/tokens.ts'

/** A message with its number in the whole conversation; null: a note of ours. */
export interface Numbered {
  message: Message
  number: number | null
}

/** A message and what answers its calls; they stay or go together. */
interface Piece {
  said: Numbered[]
  /** What the model is, the goal with its criteria, and the newest word from outside stay whatever happens. */
  pinned: boolean
}

/** Shorter outputs stay: the note in their place would be as long. */
const shortBytes = 256
/** These last pieces stay whole as long as anything else can go. */
const freshest = 2

/**
 * Makes a conversation fit into so many bytes, word for word. First the oldest outputs of tools go, then the model's oldest turns with what answered them, then what
 * was said to it between the goal and the newest word, then the newest outputs, and at the very end all turns but the last. A conversation that cannot be made to fit comes back as small as it can be.
 */
export function compact(conversation: Numbered[], most: number): Numbered[] {
  const pieces = piecesOf(conversation.filter(({ number }) => number !== null))
  const bytes = pieces.map(({ said }) => sizeOf(said))
  let total = bytes.reduce((sum, size) => sum + size, noteBytes)
  const shrink = (which: (piece: Piece, index: number) => boolean, into: (said: Numbered[]) => Numbered[]) => {
    for (const [index, piece] of pieces.entries()) {
      if (total <= most) return
      if (!which(piece, index)) continue
      piece.said = into(piece.said)
      total -= bytes[index]!
      bytes[index] = sizeOf(piece.said)
      total += bytes[index]
    }
  }
  const nothing = () => []
  const isOld = (index: number) => index < pieces.length - freshest
  const isTurn = ({ said: [first], pinned }: Piece) => !pinned && first?.message.role === 'assistant'
  shrink((_piece, index) => isOld(index), withoutOutputs)
  shrink((piece, index) => isTurn(piece) && isOld(index), nothing)
  shrink(({ pinned }, index) => !pinned && isOld(index), nothing)
  shrink(() => true, withoutOutputs)
  const newest = pieces.findLastIndex(isTurn)
  shrink((piece, index) => isTurn(piece) && index < newest, nothing)
  return withNote(
    conversation,
    pieces.flatMap(({ said }) => said),
  )
}

function piecesOf(conversation: Numbered[]): Piece[] {
  const pieces: Piece[] = []
  for (const one of conversation) {
    const last = pieces.at(-1)
    if (one.message.role === 'tool' && last) last.said.push(one)
    else pieces.push({ said: [one], pinned: false })
  }
  const isFrom = (role: Message['role']) => (piece: Piece) => piece.said[0]?.message.role === role
  for (const piece of pieces.filter(isFrom('system'))) piece.pinned = true
  for (const piece of [pieces.find(isFrom('user')), pieces.findLast(isFrom('user'))]) if (piece) piece.pinned = true
  return pieces
}

function withoutOutputs(said: Numbered[]): Numbered[] {
  return said.map((one) => {
    const { message, number } = one
    const bytes = messageBytes(message)
    if (message.role !== 'tool' || bytes <= shortBytes || isLeftOut(message)) return one
    return {
      message: { ...message, content: `[${bytes} bytes were left out here: earlier({"message":${number}}) brings them back]` },
      number,
    }
  })
}

/** Whether the output of a tool was left out before. */
export function isLeftOut({ role, content }: Message): boolean {
  return role === 'tool' && typeof content === 'string' && /^\[\d+ bytes were left out here: earlier\(/.test(content)
}

const noteBytes = 400

/** Says before the first message after a gap which messages are not there. */
function withNote(whole: Numbered[], kept: Numbered[]): Numbered[] {
  const there = new Set(kept.map(({ number }) => number))
  const last = Math.max(...whole.map(({ number }) => number ?? 0))
  const gone = Array.from({ length: last + 1 }, (_, number) => number).filter((number) => !there.has(number))
  const [first] = gone
  if (first === undefined) return kept
  const content = `[${gone.length} messages were left out here, to fit your window: numbers ${ranges(gone)}. Nothing else was changed. earlier({"message":${first}}) brings one back, word for word.]`
  const note: Numbered = { message: { role: 'user', content }, number: null }
  const at = kept.findIndex(({ number }) => number !== null && number > first)
  return at === -1 ? [...kept, note] : [...kept.slice(0, at), note, ...kept.slice(at)]
}

/** Numbers as `2–41, 44`; many gaps are cut. */
function ranges(numbers: number[]): string {
  const runs: [number, number][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run && run[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  const told = runs.slice(0, 8).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  return `${told.join(', ')}${runs.length > 8 ? ' and more' : ''}`
}

function sizeOf(said: Numbered[]): number {
  return said.reduce((sum, { message }) => sum + messageBytes(message), 0)
}
