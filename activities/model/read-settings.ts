import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { failure } from '../failure.ts'
import { type World } from '../world.ts'
import { Settings } from './settings.ts'

type Where = Pick<World, 'stateFolder' | 'environment'>

/** An entry of the models file, for messages. */
export const priceExample = (model: string) => `{ "models": { "${model}": { "input": 0.25, "output": 2 } } } (dollars per million tokens)`

/** The path of the models file: what LOOPWRIGHT_MODELS names, else `models.json` in the state folder. */
export function settingsPath({ stateFolder, environment }: Where): string {
  const named = environment['LOOPWRIGHT_MODELS']?.trim()
  if (!named) return join(stateFolder, 'models.json')
  return named.startsWith('{') ? 'LOOPWRIGHT_MODELS' : resolve(named)
}

/** Reads what is said of providers and models, in the file or in the variable itself. No file is an empty one, unless it was named. Fails with `InvalidInput`. */
export async function readSettings(where: Where): Promise<Settings> {
  const given = where.environment['LOOPWRIGHT_MODELS']?.trim() ?? ''
  const path = settingsPath(where)
  const text = given.startsWith('{') ? given : await readText(path, given !== '')
  const parsed = Settings.safeParse(parse(path, text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unusable(path, issue ? `${issue.path.join(' → ') || 'the whole'}: ${issue.message}` : 'it does not fit')
}

async function readText(path: string, named: boolean): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no reason given'
    if (!named && code === 'ENOENT') return '{}'
    throw unusable(path, `it cannot be read (${code})`)
  })
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(path, `it is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

function unusable(path: string, why: string) {
  return failure(
    'InvalidInput',
    `The models file ${path} cannot be used: ${why}; it should look like ${priceExample('openai/my-model')}.`,
    {
      effect: 'no',
      next: `Mend or remove ${path}; \`loopwright models --schema\` prints what may stand in it.`,
    },
  )
}
