import { type Reply } from '../reply.ts'

/** A tool that a case needs: it takes one argument, `at`, a string. */
export interface PathologyTool {
  name: string
  description: string
  /** What it answers, in order; the last one again and again. */
  answers: string[]
  /** It waits for something: the same answer many times is no sign of anything. The engine may be told so when the tool is registered. */
  polling?: true
}

/** What an engine must come to. */
export interface PathologyVerdict {
  /** `accepted`: the work goes on until it is done and is accepted. `stopped`: it ends without being called accepted. */
  ends: 'accepted' | 'stopped'
  /** What it is stopped by: it saw that nothing comes of it, or a limit on turns or attempts. */
  by?: 'no progress' | 'limit'
  /** Most requests that the model may be asked until then. */
  requests: number
  /** The model is told once what is wrong before it is stopped: so a model that listens can go on. */
  told?: true
  /** The attempt (from 1) whose candidate is the best. */
  best?: number
}

/** One way in which models that work in loops go wrong, or seem to: plain data, for any engine. */
export interface Pathology {
  name: string
  /** Why it matters, and why the verdict is the right one. */
  why: string
  /** What the model is asked to do. */
  task: string
  /** What the model answers, in order of its requests; the last one again and again. */
  replies: Reply[]
  tools: PathologyTool[]
  /** Most turns of an attempt, and most attempts. */
  limits: { turns: number; attempts: number }
  /**
   * What the verifier says of each attempt's candidate, in order; the last one again and again. `accepts` is a pattern: a candidate that it matches is accepted,
   * another one has one objection. A score is on a scale of 0 to 10, and less than half a point more is no progress.
   */
  verifier: { accepts: string; scores?: number[] }
  /** The model's window in tokens, where it is small. */
  window?: number
  verdict: PathologyVerdict
}
