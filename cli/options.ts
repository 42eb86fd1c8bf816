import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Flag, readFlag } from './flags.ts'

/** Adds flags to a command; what is typed is collected with `typedFlags`. */
export function addFlags(command: Command, flags: Flag[]): Command {
  for (const flag of flags) {
    const value = flag.placeholder === undefined ? '' : ` <${flag.placeholder}>`
    command.addOption(new Option(`--${flag.name}${value}`, `${flag.description}${flag.required ? ' (needed)' : ''}`))
    if (flag.alias !== undefined) command.addOption(new Option(`--${flag.alias}${value}`, flag.description).hideHelp())
  }
  return command
}

/** What was typed, as the schema nests it; nothing is filled in. */
export function typedFlags(flags: Flag[], options: Record<string, unknown>): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const flag of flags) {
    const typed = options[attribute(flag.name)] ?? (flag.alias === undefined ? undefined : options[attribute(flag.alias)])
    if (typed === undefined) continue
    put(input, flag.path, typeof typed === 'string' ? readFlag(flag, typed) : typed)
  }
  return input
}

/** Lays one input over another; objects are merged, everything else is replaced. */
export function mergeInputs(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isRecord(below) && isRecord(value) ? mergeInputs(below, value) : value
  }
  return merged
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a positive whole number. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number over 0.')
  return Number(text)
}

/** Reads a number over 0. */
export function positiveNumber(text: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || Number(text) <= 0) throw new InvalidArgumentError('It must be a number over 0.')
  return Number(text)
}

function attribute(name: string): string {
  return new Option(`--${name}`).attributeName()
}

function put(input: Record<string, unknown>, [head, ...rest]: string[], value: unknown): void {
  if (head === undefined) return
  if (rest.length === 0) return void (input[head] = value)
  const inner = input[head]
  const nested = isRecord(inner) ? inner : {}
  input[head] = nested
  put(nested, rest, value)
}
