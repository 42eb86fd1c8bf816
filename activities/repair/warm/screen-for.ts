import { type Candidate } from '../candidates.ts'
import { type Copies } from '../copies.ts'
import { type Suspicion } from '../localise.ts'
import { type Observed } from '../observe.ts'
import { type RepairCall } from '../result.ts'
import { type Loops } from './job.ts'
import { openScreen, type Screen } from './screen.ts'

/** A screen where the call can have one: with two copies of its own, so that the others stay for the tests' own command. */
export async function screenFor(
  { argv, runProgram }: RepairCall,
  copies: Copies,
  { checks, exitCode, copies: ready }: Observed,
  suspicion: Suspicion,
  candidates: Candidate[],
  until: { signal: AbortSignal; deadline: number; loops: Loops },
): Promise<Screen | undefined> {
  const failing = [...new Set(checks.filter(({ status }) => status === 'failed').map(({ file }) => file))]
  const files = failing.filter((file) => file !== undefined).sort()
  if (!runProgram || files.length === 0 || files.length < failing.length) return undefined
  return openScreen({
    ...{ argv, runProgram, files, candidates, ...until, known: checks, hangs: exitCode === null, cache: copies.cache },
    folders: await Promise.all(ready.map(() => copies.make())),
    filesFor: ({ file, line, lastLine }) => suspicion.failingFiles(file, line, lastLine) ?? files,
  })
}
