import { type Ability } from './abilities.ts'
import { type Spent } from './outcome.ts'
import { type ToolTag } from './workspace.ts'

/**
 * The types of the failures that leave a run or an activity, and what each means; those of model calls are `modelErrors`. A program matches on the type, a person
 * reads the message.
 * Each failure's first detail is a `FailureDetail`.
 */
export const failureTypes = {
  InvalidInput: 'The input does not fit the declaration; nothing was done.',
  InvalidOutput: 'What the workflow returned does not fit the declaration.',
  ReentryDiverged: 'After continuing as new the workflow made another call where a recorded one stands.',
  RunStopped: 'A stop of the run reached code after the loop.',
  UndeclaredModel: 'A model was asked that the declaration does not name.',
  UnknownPrice: 'A model has no known price and the run has a dollar cap.',
  MissingKey: 'A provider needs a key that is not set.',
  UnknownProvider: 'A model names a provider that is not configured.',
  ModelFailed: 'Every model of the chain failed.',
  Held: 'A person holds what the step would use: it waits until that is released.',
  TooMany: 'A run was told more than it can hear at once; the message was not taken and can be sent again.',
  NeedsMending: 'A key that worked is refused now: the step waits until it is mended.',
  OutputMismatch: 'A model did not bring its reply into the form that was asked for.',
  SchemaRefused: 'The schema of a reply cannot be said as JSON Schema.',
  RepositoryRefused: 'The repository is missing, is not a git repository, or has uncommitted changes.',
  FolderRefused: 'There is no such folder on the worker.',
  CommandRefused: 'The command cannot be run: not found, empty, or it needs a shell.',
  LoopStopped: 'A loop stopped unaccepted and its fallback is to fail.',
  ChildFailed: 'A child run failed, was killed, or could not be started.',
  SandboxRefused: "The run wants its commands confined, and this worker can't.",
  NoTests: 'The test command ran no test.',
  TestsNotRun: 'The tests could not be run, for a reason that is not theirs.',
  StepLost: 'A step was begun and never answered, as often as it may be tried: its workers died, or it took too long.',
  WorkspaceLost: 'A commit of the workspace cannot be restored.',
  ArtifactMissing: 'An artifact is not in the store, or its bytes do not match its hash.',
  UnknownTool: 'A workflow named a tool that no worker registered, or this worker does not have it; nothing was done.',
  PolicyRefused: 'A policy is missing, cannot be read or says what policies do not know; nothing was done.',
  EffectChanged: 'An effect was another call under the same id before; nothing was done.',
  EffectUnknown: 'A tool failed in the middle of an effect: nobody knows yet whether it happened.',
  PayloadRefused: 'A value is larger than may travel, or is not plain JSON.',
  WorkflowError: 'The workflow code threw something that is not a typed failure.',
} as const
export type FailureType = keyof typeof failureTypes

/** What every failure says besides its message. */
export interface FailureDetail {
  run?: string
  stage?: string
  /** Whether the failed step changed anything outside. */
  effect: 'no' | 'yes' | 'unknown'
  /** What to do next, as one sentence or command. */
  next: string
  /** What a failed run has used; its parent pays that and no more. */
  spent?: Spent
  /** What a failed run had read, for the policies of its parent, which hears its message. */
  read?: ToolTag[]
}

/** Classes of model errors: what `ask` does about each, after DESIGN's rule that one failing call costs at most two more requests per model. */
export const modelErrors = {
  RateLimited: { statuses: [429], then: 'retry' },
  ServerError: { statuses: [500, 502, 503, 504, 529], then: 'retry' },
  ConnectionFailed: { statuses: [], then: 'retry' },
  Skipped: { statuses: [], then: 'retry' },
  TimedOut: { statuses: [408], then: 'retry' },
  Unauthorized: { statuses: [401, 403], then: 'next' },
  ModelNotFound: { statuses: [404], then: 'next' },
  BadRequest: { statuses: [400, 422], then: 'next' },
  ContextOverflow: { statuses: [], then: 'next' },
  Refused: { statuses: [], then: 'stop' },
} as const
export type ModelError = keyof typeof modelErrors

/** The first detail of a failed model activity; its `type` is a `ModelError`. */
export interface ModelErrorDetail {
  status?: number
  /** From Retry-After, capped at 5 minutes. */
  retryAfterMilliseconds?: number
  /** What the server refused without refusing the request: asked without it, it may answer. */
  lacks?: Ability
  /** What the provider says it counted, if it says; otherwise the call is charged whole when it may have been served. */
  usage?: { input: number; output: number }
  /** Whether the provider can have charged for it: `no` for a refused connection or an error status. */
  charged: 'no' | 'unknown'
}
