import { Context } from '@temporalio/activity'
import { modelFailure } from './errors.ts'

/** How long a model call may be silent, in milliseconds. */
export interface Silence {
  /** Until the first byte of the reply. Node's own limit is 300,000. */
  firstByte: number
  /** Between two pieces of the reply. */
  idle: number
  heartbeat: number
}

export const defaultSilence: Silence = { firstByte: 240_000, idle: 90_000, heartbeat: 1_000 }

const tailBytes = 2_048
const longestTimer = 2 ** 31 - 1

/** What a call tells its watch. */
export interface Watch {
  /** Aborted by cancellation, or when a limit is passed. */
  signal: AbortSignal
  /** Bytes came: the reply is alive. */
  alive(): void
  /** The model wrote this. */
  wrote(text: string): void
}

/** Does a call under its time limits: heartbeats with `{ bytes, tail }`, and ends as cancelled or `TimedOut` whatever the call made of being aborted. */
export async function watched<T>(minutes: number, silence: Silence, call: (watch: Watch) => Promise<T>): Promise<T> {
  const { cancellationSignal, heartbeat } = contextOf()
  const limits = new AbortController()
  const expire = (why: string) => () => limits.abort(modelFailure('TimedOut', why, { charged: 'unknown' }))
  const seconds = (milliseconds: number) => `${milliseconds / 1_000} seconds`
  const total = setTimeout(expire(`the reply was not whole after ${minutes} minutes`), Math.min(minutes * 60_000, longestTimer))
  let quiet = setTimeout(expire(`no reply began within ${seconds(silence.firstByte)}`), silence.firstByte)
  let bytes = 0
  let tail = Buffer.alloc(0)
  const beat = () => heartbeat({ bytes, tail: tail.toString().replace(/^\uFFFD+/, '') })
  const beats = setInterval(beat, silence.heartbeat)
  try {
    return await call({
      signal: AbortSignal.any([cancellationSignal, limits.signal]),
      alive() {
        clearTimeout(quiet)
        quiet = setTimeout(expire(`the reply stopped for ${seconds(silence.idle)}`), silence.idle)
      },
      wrote(text) {
        const piece = Buffer.from(text)
        bytes += piece.length
        tail = Buffer.from(Buffer.concat([tail, piece]).subarray(-tailBytes))
      },
    })
  } catch (error) {
    cancellationSignal.throwIfAborted()
    limits.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(total)
    clearTimeout(quiet)
    clearInterval(beats)
  }
}

function contextOf() {
  const context = Context.current()
  return { cancellationSignal: context.cancellationSignal, heartbeat: (details: unknown) => context.heartbeat(details) }
}
