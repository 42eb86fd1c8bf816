import { type Carried, type Remembered } from '../../contract/carried.ts'
import { mostLines, type Run } from './run.ts'
import { gathered } from './spill.ts'

/** What people say to a run at any time, also while the rest is being kept. */
type Said = Pick<Remembered, 'steering' | 'answered' | 'lines'>

/** What is kept already for the next execution: everything as it was, then in parts what people said since. */
export interface Kept {
  parts: Carried['remembered'][]
  /** As of the last part. */
  said: Said
  rest: string
}

/** How many answers a run knows: a message that is sent again is answered from them, also by the next execution. */
export const rememberedAnswers = 1_000

/** What is still to be kept, as JSON: what people said since, or everything when more than that is new. */
export function unkept(run: Run, kept?: Kept): Kept & { text: string } {
  const said = saidOf(run)
  const remembered = restOf(run)
  const rest = JSON.stringify(remembered)
  const added = kept?.rest === rest ? addedTo(kept.said, said) : undefined
  if (kept && added) return { parts: kept.parts, said, rest, text: Object.values(added).every(isEmpty) ? '' : JSON.stringify(added) }
  return { parts: [], said, rest, text: JSON.stringify({ ...remembered, ...said }) }
}

/** Reads back what the last execution remembered; from then on messages are answered. */
export async function restore(run: Run, { remembered, since = [] }: Partial<Carried>): Promise<void> {
  if (remembered !== undefined) {
    const parts = [JSON.parse(await gathered(remembered)) as Remembered]
    for (const part of since) parts.push(JSON.parse(await gathered(part)) as Remembered)
    const { recall, state, models, decisions, best, kept, effects = [] } = parts[0]!
    const steering = parts.flatMap((part) => part.steering)
    const lines = parts.flatMap((part) => part.lines).slice(-mostLines)
    Object.assign(run, { recall, state, modelRecords: models, decisions, steering, lines, best })
    for (const [id, answer] of parts.flatMap(({ answered }) => answered)) run.answered.set(id, answer)
    for (const receipt of effects) run.effects.set(receipt.effect, receipt)
    for (const ref of kept) run.kept.set(ref.sha256, ref)
  }
  run.ready = true
}

/** Undefined when what was kept is no longer the beginning of what is. */
function addedTo({ steering, answered, lines }: Said, now: Said): Said | undefined {
  if (!steering.every((message, index) => message === now.steering[index])) return undefined
  const known = new Set(answered.map(([id]) => id))
  return {
    steering: now.steering.slice(steering.length),
    answered: now.answered.filter(([id]) => !known.has(id)),
    lines: now.lines.filter((line) => !lines.includes(line)),
  }
}

function saidOf({ steering, answered, lines }: Run): Said {
  return { steering: [...steering], answered: [...answered], lines: [...lines] }
}

function restOf(run: Run): Omit<Remembered, keyof Said> {
  const { recall, state, modelRecords: models, decisions, best } = run
  const kept = [...run.kept.values()].slice(-100)
  const effects = run.effects.size > 0 ? { effects: [...run.effects.values()] } : {}
  return { recall, state, models, decisions, kept, ...(best ? { best } : {}), ...effects }
}

const isEmpty = (list: unknown[]) => list.length === 0
