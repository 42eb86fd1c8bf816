/** The command line cannot be used as it was typed. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
  readonly next: string

  constructor(message: string, next: string) {
    super(message)
    this.next = next
  }
}

/** What the process ends with. */
export const exitCodes = { accepted: 0, failed: 1, stopped: 2, waiting: 3, interrupted: 130 } as const
