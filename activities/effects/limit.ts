/** A tool took longer than it may. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/**
 * How long a tool may work, from now on. Its signal is aborted then, and when the call is cancelled; cancelled work is waited for until it ends or its time is up.
 * Started before a fence is looked at: whoever was frozen in between finds the time over.
 */
export class Limit {
  readonly signal: AbortSignal
  readonly #over: AbortSignal
  readonly #minutes: number
  readonly #end: number

  constructor(minutes: number, cancelled?: AbortSignal) {
    this.#minutes = minutes
    this.#end = Date.now() + minutes * 60_000
    this.#over = AbortSignal.timeout(Math.ceil(minutes * 60_000))
    this.signal = cancelled ? AbortSignal.any([this.#over, cancelled]) : this.#over
  }

  /** Whether it may still begin; not asked of the signal, which a thawed process hears of late. */
  isOver(): boolean {
    return this.signal.aborted || Date.now() >= this.#end
  }

  /** The work's result, or `TookTooLong`. */
  async hold<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = this.#over
    const late = new Promise<never>((_resolve, reject) => {
      const giveUp = () => reject(new TookTooLong(`It took longer than ${this.#minutes} minutes.`))
      if (over.aborted) giveUp()
      else over.addEventListener('abort', giveUp, { once: true })
    })
    return Promise.race([work(this.signal), late])
  }
}
