import { type FailureDetail } from '../contract/failures.ts'

/** What can go wrong between a client and its runs. A program matches on the type; the message is one sentence for people. */
export const problemTypes = {
  NoServer: 'No Temporal server answers at the address.',
  NoWorker: 'The server is there, but no worker answered in time.',
  NoSuchRun: 'No run, live or kept, has this id or prefix.',
  NoSuchCase: 'No case of this run is kept.',
  AmbiguousRun: 'More than one run starts with this prefix.',
  NoSuchSchedule: 'No schedule has this name.',
  ScheduleExists: 'A schedule has this name already.',
  InvalidInput: 'The input or message does not fit its schema; nothing was sent.',
  RunEnded: 'The run has ended already.',
  NoKey: 'There is no key here that vouches for whoever decides.',
  RunFailed: 'The run ended by a failure instead of an outcome.',
  NoApi: 'No API answers at the URL.',
  Unauthorized: 'The API does not know the token.',
  Forbidden: 'The token may not do this.',
  Refused: 'The API takes no request that is sent like this; nothing was done.',
  TooMany: 'Too much was asked at once; nothing was done.',
  NotOverHttp: 'This cannot be done over HTTP.',
  NotFound: 'There is nothing under this name.',
} as const
export type ProblemType = keyof typeof problemTypes

/** The only error that the client throws on purpose; `next` is what to do about it. */
export class ClientProblem extends Error {
  override readonly name = 'ClientProblem'
  readonly type: ProblemType
  readonly next: string

  constructor(type: ProblemType, message: string, next: string, cause?: unknown) {
    super(message, { cause })
    this.type = type
    this.next = next
  }
}

/** Why a run ended without an outcome. */
export interface RunFailure {
  /** A `FailureType`, or `Terminated`, `TimedOut`, `Cancelled`, `Unknown`. */
  type: string
  /** One sentence. */
  message: string
  /** Whether the failed step changed anything outside. */
  effect: FailureDetail['effect']
  /** What to do next, if the failure says. */
  next?: string
}
