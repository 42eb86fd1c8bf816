import { type Limits } from '../contract/limits.ts'
import { type Spent } from '../contract/outcome.ts'

/** `$0.0123`; at most four places, and never less than what was spent. */
export function dollars(microDollars: number): string {
  if (microDollars === 0) return '$0'
  const rounded = Math.ceil(microDollars / 100) / 10_000
  return `$${rounded.toFixed(4).replace(/0{1,2}$/, '')}`
}

/** `4.1k`, `12k`, `1.3M`. */
export function count(number: number): string {
  if (number < 1_000) return String(number)
  const [value, unit] = number < 999_500 ? [number / 1_000, 'k'] : [number / 1_000_000, 'M']
  return `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit}`
}

/** `$0.0123 of $5, 4.1k tokens` */
export function spending({ microDollars, tokens }: Spent, limits?: Limits): string {
  const cap = limits && limits.dollars !== 'none' ? ` of $${limits.dollars}` : ''
  return `${dollars(microDollars)}${cap}, ${count(tokens)} tokens`
}

/** `4 s`, `3 min 5 s`, `2 h 10 min`, `3 d`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}` : `${Math.floor(hours / 24)} d`
}

/** `1 attempt`, `2 attempts`. */
export function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

/** Commands as they are typed where this process was started: inside a clone or a project, npx finds the program. */
export function asTyped(text: string, environment: Record<string, string | undefined> = process.env): string {
  if (!environment['npm_command']) return text
  return text.replaceAll(/(?<=^|[\s`])loopwright (?=[a-z])/gm, 'npx loopwright ')
}

/** What confines commands, as the first line says it; in a run's own status the reason is not known. */
export function confinement(level: string, why?: string, remedy?: string): string {
  if (level !== 'none') return `confined by ${level}: commands see the workspace and the toolchain, and no network`
  const how = remedy === undefined ? 'loopwright doctor says what to do' : `to have them confined: ${remedy}`
  return `UNCONFINED: commands run as you, without a sandbox${why === undefined ? '' : `, because ${why}`}; ${how}`
}
