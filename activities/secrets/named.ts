import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

type Environment = Record<string, string | undefined>

/** How a secret is named where it would otherwise stand. */
const reference = /^secret:([A-Za-z][A-Za-z0-9_.-]{0,99})$/

/** The folder of secrets, a file for each, as containers mount them; undefined where none is named. */
export function secretsFolder(environment: Environment): string | undefined {
  const named = environment['LOOPWRIGHT_SECRETS']?.trim()
  return named ? resolve(named) : undefined
}

/**
 * The text itself, or the secret that it names as `secret:NAME`: the worker's variable LOOPWRIGHT_SECRET_NAME, else the file NAME in the folder LOOPWRIGHT_SECRETS.
 * Throws, without any value, when there is no such secret. Only for settings and tools: what a model or an input says is never looked up.
 */
export function secretOr(text: string, environment: Environment): string {
  const name = reference.exec(text)?.[1]
  return name === undefined ? text : secret(name, environment)
}

/** The secret of a name; throws when there is none. */
export function secret(name: string, environment: Environment): string {
  const value = environment[`LOOPWRIGHT_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`] ?? fileNamed(name, environment)
  if (value) return value
  throw new Error(
    `There is no secret ${name}: set LOOPWRIGHT_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')} where the worker runs, or put it into the file ${name} of the folder LOOPWRIGHT_SECRETS.`,
  )
}

function fileNamed(name: string, environment: Environment): string | undefined {
  const folder = secretsFolder(environment)
  if (folder === undefined || !reference.test(`secret:${name}`)) return undefined
  try {
    return readFileSync(join(folder, name), 'utf8').trim()
  } catch {
    return undefined
  }
}
