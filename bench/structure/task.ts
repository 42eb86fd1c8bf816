import { type Reply, type ScriptedRequest } from '../../testing/index.ts'

/** How a task is done: asked once; by steps with checks, each once; by the same steps, again with what is wrong. */
export type Way = 'single prompt' | 'workflow' | 'workflow + loop'
export const ways: Way[] = ['single prompt', 'workflow', 'workflow + loop']

/** The mistakes that a model makes in one answer, by kind. */
export type Mistakes = (kind: string) => boolean

/** A task of the bench. */
export interface Task {
  name: string
  /** Of each kind of mistake, the share of answers that have it. */
  shares: Record<string, number>
  /** How a kind of mistake is told of in an objection; a kind that is missing is seen by no check. */
  told: Record<string, RegExp>
  /** Fewer tries where one takes long. */
  tries?: number
  start(way: Way): { workflow: string; input: object }
  answer(request: ScriptedRequest, way: Way, made: Mistakes): Reply
  /** Whether the result is right, by the truth that only the bench knows. */
  isRight(value: unknown, way: Way): boolean
}

/** Limits of a way: everything is tried once, or as often as it takes. */
export const limitsOf = (way: Way) => ({ attempts: way === 'workflow + loop' ? 8 : 1, stalls: 8 })
