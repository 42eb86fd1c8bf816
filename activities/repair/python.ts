import { z } from 'zod'
import { runProcess } from '../process.ts'
import { type Hints } from './hints.ts'
import { type Suspicion } from './localise.ts'
import { packageFile } from './package-file.ts'
import { type Edit } from './result.ts'

const Edits = z.array(
  z.object({
    file: z.string(),
    start: z.int(),
    end: z.int(),
    text: z.string(),
    operator: z.string(),
    weight: z.number(),
    line: z.int(),
    lastLine: z.int(),
  }),
)

/** Every edit that Python's own syntax tree suggests for the suspicious lines of these modules. */
export async function pythonEdits(
  sources: Map<string, string>,
  suspicion: Suspicion,
  hints: Hints,
  python: string,
  signal: AbortSignal,
): Promise<(Edit & { line: number; lastLine: number })[]> {
  const files = [...sources].map(([file, source]) => {
    const count = source.split('\n').length
    const lines = Array.from({ length: count }, (_, index) => index + 1).filter((line) => suspicion.score(file, line, line) > 0)
    return { file, source, lines }
  })
  return Edits.parse(await ask({ edits: files, hints }, python, signal))
}

/** For each text whether it is Python. */
export async function arePython(texts: string[], python: string, signal: AbortSignal): Promise<boolean[]> {
  return z.array(z.boolean()).parse(await ask({ check: texts }, python, signal))
}

/** How long Python may think about a project. */
const timeoutMilliseconds = 60_000

async function ask(question: unknown, python: string, signal: AbortSignal): Promise<unknown> {
  const { stdout, output, exitCode } = await runProcess([python, packageFile('python/edits.py')], {
    cwd: '/',
    environment: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
    input: JSON.stringify(question),
    timeoutMilliseconds,
    outputBytes: 200_000_000,
    signal,
  })
  signal.throwIfAborted()
  if (exitCode !== 0) throw new Error(`${python} could not read the project's syntax: ${output.toString('utf8').slice(-500)}`)
  return JSON.parse(stdout.toString('utf8'))
}
