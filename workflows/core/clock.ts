import { CancellationScope, sleep } from '@temporalio/workflow'

/**
 * The run's working time: it passes while something is in flight.
 * One timer per execution, never cancelled per stage: when it fires, it is set again for what is left, or by the next stage if nothing is in flight.
 */
export class Clock {
  private inFlight = 0
  private since = 0
  private timer = false
  private worked: number
  private readonly limit: () => number
  private readonly onEnd: () => void

  /** `limit` in milliseconds may rise at any time. */
  constructor(worked: number, limit: () => number, onEnd: () => void) {
    this.worked = worked
    this.limit = limit
    this.onEnd = onEnd
  }

  /** Working time so far, in milliseconds. */
  milliseconds(): number {
    return this.worked + (this.inFlight > 0 ? Date.now() - this.since : 0)
  }

  start(): void {
    if (this.inFlight++ === 0) this.since = Date.now()
    this.arm()
  }

  stop(): void {
    if (this.inFlight === 1) this.worked = this.milliseconds()
    this.inFlight--
  }

  /** Counts working time that passed elsewhere: in a run of its own that this one waited for. */
  add(milliseconds: number): void {
    this.worked += milliseconds
    if (this.inFlight > 0 && this.left() <= 0) this.onEnd()
  }

  /** Milliseconds of working time that are left. */
  left(): number {
    return this.limit() - this.milliseconds()
  }

  /** Sets the timer if there is something to time and no timer yet. */
  private arm(): void {
    if (this.timer || this.inFlight === 0) return
    const left = this.left()
    if (left <= 0) return this.onEnd()
    this.timer = true
    // The root scope's cancellation must not end the clock: the run may still be winding down.
    void CancellationScope.nonCancellable(() => sleep(left, { summary: 'time limit' })).then(() => {
      this.timer = false
      this.arm()
    })
  }
}
