/** The store as a whole cannot be used: the message says why, `next` what to do about it. */
export class StoreProblem extends Error {
  override readonly name = 'StoreProblem'
  readonly next: string

  constructor(message: string, next: string, cause?: unknown) {
    super(message, { cause })
    this.next = next
  }
}
