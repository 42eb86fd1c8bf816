import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type Check } from '../../../contract/checks.ts'
import { checksOf } from '../../tests/results.ts'
import { type Candidate } from '../candidates.ts'
import { sameResults } from '../suite.ts'
import { type Answer, serving, type Loops } from './job.ts'
import { later } from './later.ts'
import { serve, type Service } from './serve.ts'

/** Says quickly what candidates come to, so that only promising ones are put to the project's own command. */
export interface Screen {
  /** The checks of the files that were asked about; undefined when no server could say. Those of a run that was stopped early are not all there. */
  checks: (candidate: Candidate) => Promise<Check[] | undefined>
  /** Nobody needs to know about this candidate any more. */
  skip: (candidate: Candidate) => void
  close: () => Promise<void>
}

/** What a screen needs to know. */
export interface Screening extends Omit<Service, 'serving' | 'job' | 'minutes'> {
  argv: string[]
  /** What the tests come to without an edit. */
  known: Check[]
  /** Whether some test hangs, so that not all of this is known. */
  hangs: boolean
  files: string[]
  filesFor: (candidate: Candidate) => string[]
  candidates: Candidate[]
  loops: Loops
  deadline: number
}

const seconds = { hanging: 3, first: 60, candidate: 1.5 }

/** Opens a screen if servers, asked about the program as it is, say what its own command says. */
export async function openScreen(task: Screening): Promise<Screen | undefined> {
  const served = await serving(task.argv, task.folders[0] ?? '')
  if (!served || task.candidates.length === 0) return undefined
  const stop = new AbortController()
  const signal = AbortSignal.any([task.signal, stop.signal])
  const ids = new Map(task.candidates.map((candidate, id) => [candidate, id]))
  const answers = task.candidates.map(() => later<Check[] | undefined>())
  const same = later<boolean>()
  const claims: { folder?: string } = {}
  const checks = ({ checks: told }: Answer, server: number) =>
    checksOf(
      told.map(({ file, ...check }) => ({ ...check, ...(file === null || file === undefined ? {} : { file }) })),
      task.folders[server] ?? '',
    )
  let agreeing = 0
  const running = serve(
    { ...task, serving: served, job: jobOf(task), minutes: Math.max(0.1, (task.deadline - Date.now()) / 60_000), signal },
    claims,
    (server, answer) => {
      if (answer.id >= 0) return answers[answer.id]?.resolve(checks(answer, server))
      if (task.hangs || sameResults(task.known, checks(answer, server), task.files)) agreeing += 1
      else same.resolve(false)
      if (agreeing === task.folders.length) same.resolve(true)
    },
  ).finally(() => {
    same.resolve(false)
    for (const { resolve } of answers) resolve(undefined)
  })
  const close = async () => {
    stop.abort()
    await running
  }
  if (!(await same.promise)) {
    await close()
    return undefined
  }
  return {
    checks: (candidate) => answers[ids.get(candidate) ?? -1]?.promise ?? Promise.resolve(undefined),
    skip: (candidate) => claim(claims.folder, ids.get(candidate)),
    close,
  }
}

function jobOf({ known, hangs, files, filesFor, candidates, loops }: Screening): Service['job'] {
  return {
    files,
    loops,
    failing: known.filter(({ status }) => status === 'failed').map(({ name }) => name),
    firstPatience: hangs ? seconds.hanging : seconds.first,
    patience: seconds.candidate,
    candidates: candidates.map((candidate, id) => {
      const { file, start, end, text } = candidate
      return { id, file, start, end, text, files: filesFor(candidate) }
    }),
  }
}

/** What is claimed here is tried by no server. */
function claim(folder: string | undefined, id: number | undefined): void {
  if (folder === undefined || id === undefined) return
  try {
    closeSync(openSync(join(folder, String(id)), 'wx'))
  } catch {
    // A server was first, or all are done.
  }
}
