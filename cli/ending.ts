import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { type Ended, type Loopwright, type RunFailure } from '../client/index.ts'
import { type Json } from '../contract/json.ts'
import { type Outcome } from '../contract/outcome.ts'
import { Patch } from '../contract/workspace.ts'
import { type Session } from './session.ts'
import { exitCodes } from './usage.ts'
import { shellWord } from '../client/why/words.ts'
import { dollars, count, duration, plural } from './words.ts'

/** How an ended run is told: some lines, exactly one next command, and the exit code. */
export interface Ending {
  lines: string[]
  next: string
  code: number
  /** The patch file that was written. */
  patch?: string
}

/** What an ending is told with. */
type Place = Pick<Session, 'loopwright' | 'stateFolder'>

/** An input that names a repository. */
export const WithRepo = z.looseObject({ repo: z.string() })

/** Tells how a run ended; the patch of an accepted one, or the best of a stopped one, is written to a file. */
export async function ending({ loopwright, stateFolder }: Place, run: string, { outcome, failure }: Ended): Promise<Ending> {
  const look = `loopwright why ${run}`
  if (!outcome) return failed(look, failure)
  const candidate = Patch.safeParse(outcome.value ?? outcome.best?.value)
  const patch = candidate.success && candidate.data.diff.bytes > 0 ? candidate.data : undefined
  const file = patch && (await writePatch(loopwright, join(stateFolder, 'patches'), run, patch))
  const written = file === undefined ? {} : { patch: file }
  const lines = [
    ...headline(outcome),
    ...(candidate.success ? [] : valueLines(outcome)),
    ...(patch ? [changed(patch), `  patch    ${file}`] : []),
    ...(patch?.branch ? [`  branch   ${patch.branch}`] : []),
    ...(patch?.undelivered ? [`  branch   none: ${undelivered(patch.undelivered)}`] : []),
  ]
  const input = WithRepo.safeParse(await loopwright.input(run))
  const next = patch && file && input.success ? applies(input.data.repo, patch, file) : look
  if (outcome.status === 'stopped') return { lines, ...written, next: nextOfStopped(next, outcome), code: exitCodes.stopped }
  return { lines, ...written, next, code: exitCodes.accepted }
}

const valueLinesShown = 20

/** What a run made that is no patch: its value, or the best of a stopped one. */
function valueLines({ value, best }: Outcome<Json>): string[] {
  const made = value ?? best?.value
  if (made === undefined || made === null) return []
  const lines = (typeof made === 'string' ? made : JSON.stringify(made, null, 2)).split('\n')
  const shown = lines
    .slice(0, valueLinesShown)
    .map((line, index) => `  ${index > 0 ? '        ' : value === undefined ? 'best    ' : 'value   '} ${line}`)
  return [
    ...shown,
    ...(lines.length > valueLinesShown ? [`           … ${lines.length - valueLinesShown} more lines; --json has all of it`] : []),
  ]
}

/** The command that it names is this one, and the patch is written already. */
function undelivered(why: string): string {
  return why.replace(/^No branch was made: /, '').replace(/ `loopwright show [^`]*` writes .*$/, '')
}

function headline(outcome: Outcome<Json>): string[] {
  const { attempts, microDollars, tokens, milliseconds } = outcome.spent
  const verdict = outcome.status === 'accepted' ? 'accepted' : `stopped (${outcome.reason ?? 'no reason'})`
  const spent = `  spent    ${dollars(microDollars)}, ${count(tokens)} tokens, ${duration(milliseconds)}`
  const best = outcome.best
  const left = best?.verdict.objections.length
  return [
    // That the last attempt was accepted is known by now.
    `${verdict} after ${plural(attempts, 'attempt')}${outcome.status === 'accepted' && attempts > 0 ? '' : `: ${outcome.why}`}`,
    ...(outcome.status === 'stopped' && best ? [`  best     attempt ${best.attempt}, ${plural(left ?? 0, 'objection')} left`] : []),
    spent,
  ]
}

function changed({ files, added, removed }: Patch): string {
  return `  changed  ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''} (+${added} −${removed})`
}

function failed(look: string, { message, effect, next }: RunFailure): Ending {
  const changes = { no: 'nothing was changed', yes: 'something was changed', unknown: 'whether anything was changed is unknown' }[effect]
  const end = message.endsWith('.') ? ` ${changes[0]?.toUpperCase()}${changes.slice(1)}.` : ` (${changes})`
  const said = /nothing was (changed|done)/i.test(message) ? message : `${message}${end}`
  return { lines: [`failed: ${said}`], next: next ?? look, code: exitCodes.failed }
}

/** What is left to do with a stopped run: see to the model, or take its best as far as it goes. */
function nextOfStopped(look: string, { reason }: Outcome<Json>): string {
  return reason === 'error' || reason === 'model' ? 'loopwright doctor' : look
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
