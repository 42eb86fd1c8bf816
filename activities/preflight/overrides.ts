import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { ModelString } from '../../contract/models.ts'
import { outputForms } from '../../contract/structured.ts'
import { failure } from '../failure.ts'
import { type World } from '../world.ts'

const dollars = z.number().nonnegative().max(1_000_000)
const Override = z
  .strictObject({
    input: dollars.optional().describe('Dollars per million input tokens.'),
    output: dollars.optional().describe('Dollars per million output tokens.'),
    window: z.int().positive().optional().describe('Context window in tokens.'),
    maxOutput: z.int().positive().optional().describe('Most tokens of one reply.'),
    json: z.enum(outputForms).optional().describe('The surest way to ask it for JSON. Default: json_schema, and others when it refuses.'),
  })
  .refine(({ input, output }) => (input === undefined) === (output === undefined), 'input and output go together')
const Overrides = z.record(ModelString, Override)

/** What a user says about models, by `provider/model`: it has precedence over everything else. */
export type Overrides = z.output<typeof Overrides>

/** An entry of the file, for messages. */
export const overrideExample = (model: string) => `{ "${model}": { "input": 0.25, "output": 2 } } (dollars per million tokens)`

/** Reads `prices.json` of the state folder and the file that LOOPWRIGHT_PRICES names; the latter wins. Fails with `InvalidInput`. */
export async function readOverrides({ stateFolder, environment }: World): Promise<Overrides> {
  const named = environment['LOOPWRIGHT_PRICES']
  const [ours, theirs] = await Promise.all([
    readOverride(join(stateFolder, 'prices.json'), false),
    named ? readOverride(resolve(named), true) : {},
  ])
  return { ...ours, ...theirs }
}

async function readOverride(path: string, named: boolean): Promise<Overrides> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (!named && typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return '{}'
    throw unreadable(path, 'it cannot be read')
  })
  const parsed = Overrides.safeParse(parse(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(path, issue ? `${issue.path.join(' → ') || 'the whole'}: ${issue.message}` : 'it does not fit')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreadable(path: string, why: string) {
  return failure(
    'InvalidInput',
    `The price file ${path} cannot be used: ${why}; it should look like ${overrideExample('openai/my-model')}.`,
    {
      effect: 'no',
      next: 'Mend or remove the price file.',
    },
  )
}
