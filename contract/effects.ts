import { type Json, type Text } from './json.ts'
import type { Asking, Decided, Prepared } from './policy/approval.ts'
import { type EffectClass } from './workspace.ts'

/** One effect, as the activities that do it, fence it and look for it receive it. References among the arguments stand for their text. */
export interface EffectCall extends Partial<Decided> {
  run: string
  stage: string
  /** workflowId/epoch/path: the same for every try of this call. */
  effect: string
  /** Which try this is: one whose successor has been fenced off does nothing any more. */
  fence: number
  tool: string
  class: EffectClass
  arguments: { [key: string]: Json }
  minutes: number
  /** Longer texts come back as references. */
  inlineBytes: number
  /** The digest of what preparing it showed: it is prepared again, and must show the same. */
  prepared?: string
}

/** What is certain about an effect. `happened: 'no'`: the tool refused, and said so itself. */
export interface Certain {
  text: Text
  happened: 'yes' | 'no'
  how: 'performed' | 'refused' | 'found'
}

/** What doing an effect brought; the last two did nothing: a person must be asked first, or it would not be what was prepared any more. */
export type Performed = Certain | { asks: Asking } | { changed: true }

/** What preparing an effect brought. `refused`: the tool says that it can't be done. */
export type Preparing = (Prepared & { refused?: never }) | { refused: string }

/** What undoing an effect brought. */
export type Undone = { undone: true } | { undone: false; why: string }

/** What a fenced-off try left behind: its end, nothing at all, or the doubt whether it did its work. */
export type Left = { certain: Certain } | { begun: boolean }

/** What looking for an effect brought. */
export type Look = { certain: Certain } | { absent: boolean; why: string }

/** After the time limit of an effect this much more is waited before anybody looks for it: for an answer on its way. */
export const graceMilliseconds = 2_000

/** workflowId/epoch/path. The same for every try of a call and after every continuation, because a call's path is. */
export function effectId(run: string, epoch: number, path: string): string {
  return `${run}/${epoch}/${path}`
}
