import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow'
import { type Carried, type Remembered } from '../../contract/carried.ts'
import { type Ref } from '../../contract/json.ts'
import { activities } from './activities.ts'
import { failure } from './failure.ts'
import { historyIsLong } from './road.ts'
import { type Run } from './run.ts'

/** More than this goes into the artifact store, in pieces of this many characters. */
const inlineCharacters = 16_000
const pieceCharacters = 12_000

/**
 * Waits until the run can continue as new, and does: nothing is in flight, every branch is finished or waits at the entry of a road, and every decision is answered.
 * Never returns. What waits is dropped with this execution; the next one comes to the same places.
 */
export async function seam(run: Run, input: unknown): Promise<never> {
  await condition(() => {
    run.seaming ||= historyIsLong()
    return run.seaming && run.inFlight === 0 && run.undecided === 0 && !run.ended && allHandlersFinished()
  })
  for (;;) {
    const text = rememberedText(run)
    const remembered = await CancellationScope.nonCancellable(() => spilled(text))
    // A decision may have come in meanwhile, and with it another result.
    if (text === rememberedText(run) && run.undecided === 0 && !run.ended && allHandlersFinished())
      return continueAsNew(input, carriedOf(run, remembered))
    await condition(() => run.inFlight === 0 && run.undecided === 0 && !run.ended && allHandlersFinished())
  }
}

/** Reads back what the last execution remembered. */
export async function restore(run: Run, remembered: Carried['remembered'] | undefined): Promise<void> {
  if (remembered === undefined) return
  const text = typeof remembered === 'string' ? remembered : await readPieces(remembered)
  const { recall, state } = JSON.parse(text) as Remembered
  run.recall = recall
  run.state = state
}

function rememberedText(run: Run): string {
  const remembered: Remembered = { recall: run.recall, state: run.state }
  return JSON.stringify(remembered)
}

async function spilled(text: string): Promise<Carried['remembered']> {
  if (text.length <= inlineCharacters) return text
  const pieces: Ref[] = []
  for (let from = 0; from < text.length; from += pieceCharacters) {
    const piece = text.slice(from, from + pieceCharacters)
    // Lone surrogates don't survive UTF-8: escape what is not ASCII, which JSON allows inside strings, the only place where it can stand.
    const ascii = JSON.stringify(piece).replaceAll(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    pieces.push(...(await activities(`carry/${pieces.length + 1}`, { quick: true, summary: 'keep state' }).putArtifacts([ascii])))
  }
  return pieces
}

async function readPieces(pieces: Ref[]): Promise<string> {
  let text = ''
  for (const [index, piece] of pieces.entries()) {
    const [ascii] = await activities(`restore/${index + 1}`, { quick: true, summary: 'read state' }).getArtifacts([piece])
    text += JSON.parse(ascii ?? '""') as string
  }
  return text
}

function carriedOf(run: Run, remembered: Carried['remembered']): Carried {
  if (!run.preflight)
    throw failure('WorkflowError', 'The run continued before its preflight.', { run: run.id, effect: 'no', next: 'Report this.' })
  return {
    continued: run.continued + 1,
    startedAt: run.startedAt,
    workedMilliseconds: run.clock.milliseconds(),
    limits: run.limits,
    raised: run.raised,
    account: { tokens: run.budget.tokens, microDollars: run.budget.microDollars },
    models: run.modelRecords,
    decisions: run.decisions,
    attempts: run.attempts,
    preflight: run.preflight,
    answered: [...run.answered].slice(-200),
    steering: run.steering,
    paused: run.paused,
    gates: [...run.gates.values()].map(({ gate, since }) => [gate, since]),
    lines: run.lines,
    shown: run.shown,
    kept: [...run.kept.values()].slice(-100),
    remembered,
    ...(run.best ? { best: run.best } : {}),
    ...(run.stop ? { stop: run.stop } : {}),
    ...(run.seamEvery === undefined ? {} : { seamEvery: run.seamEvery }),
  }
}
