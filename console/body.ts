import { type Context } from 'hono'
import { ClientProblem } from '../client/problem.ts'

/** No input that may travel is larger. */
const mostBytes = 512 * 1_024
/** Nothing that people send is nested deeper, and what is recurses no deeper. */
const mostLevels = 64

/** The JSON of a request, of bounded size and depth. */
export async function readBody({ req }: Context): Promise<unknown> {
  const value = parsed(await readText(req.raw))
  if (isDeep(value))
    throw new ClientProblem('InvalidInput', `the body is nested deeper than ${mostLevels} levels; nothing was done`, 'send less at once')
  return value
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge()
  if (!request.body) return ''
  const parts: Uint8Array[] = []
  let bytes = 0
  // A length that is not told, or is told wrong, is counted.
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength
    if (bytes > mostBytes) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ClientProblem(
      'InvalidInput',
      'the body is not JSON; nothing was done',
      'send a JSON object, {} if there is nothing to say',
      cause,
    )
  }
}

function isDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostLevels) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

function tooLarge(): ClientProblem {
  return new ClientProblem(
    'InvalidInput',
    `the body is larger than ${mostBytes} bytes; nothing was done`,
    'put large things into a file of the worker and name it',
  )
}
