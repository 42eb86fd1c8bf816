import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type Ended, type Loopwright, type RunFailure } from '../client/index.ts'
import { type Json } from '../contract/json.ts'
import { type Outcome } from '../contract/outcome.ts'
import { Patch } from '../contract/workspace.ts'
import { exitCodes } from './usage.ts'
import { dollars, count, duration, plural, shellWord } from './words.ts'

/** How an ended run is told: some lines, exactly one next command, and the exit code. */
export interface Ending {
  lines: string[]
  next: string
  code: number
  /** The patch file that was written. */
  patch?: string
}

const WithRepo = z.looseObject({ repo: z.string() })

/** Tells how a run ended; the patch of an accepted one, or the best of a stopped one, is written to a file. */
export async function ending(loopwright: Loopwright, stateFolder: string, run: string, { outcome, failure }: Ended): Promise<Ending> {
  if (!outcome) return failed(run, failure)
  const candidate = Patch.safeParse(outcome.value ?? outcome.best?.value)
  const patch = candidate.success && candidate.data.diff.bytes > 0 ? candidate.data : undefined
  const file = patch && (await writePatch(loopwright, join(stateFolder, 'patches'), run, patch))
  const written = file === undefined ? {} : { patch: file }
  const lines = [
    ...headline(outcome),
    ...(patch ? [changed(patch), `  patch    ${file}`] : []),
    ...(patch?.branch ? [`  branch   ${patch.branch}`] : []),
  ]
  if (outcome.status === 'stopped') return { lines, ...written, next: nextOfStopped(run, outcome), code: exitCodes.stopped }
  const input = WithRepo.safeParse(await loopwright.input(run))
  const next = patch && file && input.success ? applies(input.data.repo, patch, file) : `loopwright show ${run}`
  return { lines, ...written, next, code: exitCodes.accepted }
}

function headline(outcome: Outcome<Json>): string[] {
  const { attempts, microDollars, tokens, milliseconds } = outcome.spent
  const verdict = outcome.status === 'accepted' ? 'accepted' : `stopped (${outcome.reason ?? 'no reason'})`
  const spent = `  spent    ${dollars(microDollars)}, ${count(tokens)} tokens, ${duration(milliseconds)}`
  const best = outcome.best
  const left = best?.verdict.objections.length
  return [
    `${verdict} after ${plural(attempts, 'attempt')}: ${outcome.why}`,
    ...(outcome.status === 'stopped' && best ? [`  best     attempt ${best.attempt}, ${plural(left ?? 0, 'objection')} left`] : []),
    spent,
  ]
}

function changed({ files, added, removed }: Patch): string {
  return `  changed  ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''} (+${added} −${removed})`
}

function failed(run: string, { message, effect, next }: RunFailure): Ending {
  const changes = { no: 'nothing was changed', yes: 'something was changed', unknown: 'whether anything was changed is unknown' }[effect]
  return { lines: [`failed: ${message} (${changes})`], next: next ?? `loopwright show ${run}`, code: exitCodes.failed }
}

function nextOfStopped(run: string, { reason }: Outcome<Json>): string {
  return reason === 'error' || reason === 'model' ? 'loopwright doctor' : `loopwright show ${run}`
}

function applies(repo: string, { branch }: Patch, file: string): string {
  const git = `git -C ${shellWord(repo)}`
  // git -C reads relative paths from the repository.
  return branch ? `${git} merge ${shellWord(branch)}` : `${git} apply ${shellWord(resolve(file))}`
}

async function writePatch({ store }: Loopwright, folder: string, run: string, { diff }: Patch): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${run}.patch`)
  await writeFile(file, await store.get(diff.sha256))
  return file
}
