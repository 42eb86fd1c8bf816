import { exitCodes } from './usage.ts'

export interface Interruption {
  /** Settles at the first Ctrl-C (or SIGTERM). */
  happened: Promise<'interrupted'>
  /** Whether it has happened. */
  readonly over: boolean
  /** Lets signals do again what they usually do. */
  forget(): void
}

/** Hears the first Ctrl-C instead of dying of it; the second one ends the process at once, by its exit handlers. */
export function interruption(): Interruption {
  let over = false
  let settle = (_value: 'interrupted') => {}
  const happened = new Promise<'interrupted'>((resolve) => (settle = resolve))
  const hear = () => {
    if (over) process.exit(exitCodes.interrupted)
    over = true
    settle('interrupted')
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return {
    happened,
    get over() {
      return over
    },
    forget: () => {
      process.off('SIGINT', hear)
      process.off('SIGTERM', hear)
    },
  }
}
