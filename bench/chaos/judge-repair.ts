import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome } from '../../contract/outcome.ts'
import { type Patch } from '../../contract/workspace.ts'
import { folderStore } from '../../store/folder.ts'
import { brokenSum } from '../../test/support/repository.ts'
import { type RepairRun } from './repair-run.ts'

/** What a run in which nothing is lost asks of the model. */
const neededModelCalls = 3

const git = (gitDir: string, ...args: string[]) =>
  execFileSync('git', [`--git-dir=${gitDir}`, ...args], { stdio: 'pipe' })
    .toString()
    .trim()
const lines = (text: string) => text.split('\n').filter(Boolean)

/**
 * What is wrong with a finished run, by what stands outside the engine: git, files, the model server's own count. Nothing: it was as if nobody had been killed.
 * `lostCalls` is the most model calls that may have been cut off.
 */
export async function judgeRepair(outcome: Outcome<Patch>, repair: RepairRun, lostCalls: number): Promise<string[]> {
  if (outcome.status !== 'accepted' || !outcome.value) return [`the run ended as ${outcome.status}: ${outcome.why}`]
  return [
    ...judgeSource(outcome.value, repair.repo),
    ...judgeWorkspace(outcome.value, repair),
    ...judgeArtifacts(join(repair.stateFolder, 'artifacts')),
    ...(await judgeLedger(outcome, repair, lostCalls)),
  ]
}

/** One new branch with one commit that has both edits; everything else is as the user left it. */
function judgeSource({ base, branch }: Patch, repo: string): string[] {
  const problems: string[] = []
  const at = join(repo, '.git')
  const branches = lines(git(at, 'for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads'))
  const delivered = branches.some((line) => line.startsWith(`${branch} `))
  if (branches.length !== 2 || !delivered || !branches.includes(`main ${base}`))
    problems.push(`the source has the branches ${branches.join(', ')}`)
  if (git(at, 'rev-parse', `${branch}^`) !== base) problems.push('the delivered branch is not one commit on the base')
  if (git(at, 'show', `${branch}:sum.js`) !== 'export const add = (a, b) => a + b\nexport const double = (a) => a * 2')
    problems.push('the delivered branch does not hold both edits')
  if (git(at, `--work-tree=${repo}`, 'status', '--porcelain') !== '') problems.push("the user's tree or index was touched")
  for (const [path, content] of Object.entries(brokenSum))
    if (readFileSync(join(repo, path), 'utf8') !== content) problems.push(`the user's ${path} was touched`)
  git(at, 'fsck', '--strict')
  return problems
}

/** The base, two steps, one on the other, each with one ref, and what was delivered: no step was made twice, none is missing. */
function judgeWorkspace({ base, commit }: Patch, { stateFolder, run }: RepairRun): string[] {
  const problems: string[] = []
  const workspaces = join(stateFolder, 'workspaces')
  const [key, ...others] = readdirSync(workspaces).filter((name) => name.startsWith(run.workflowId))
  if (key === undefined || others.length > 0) return ['there is not exactly one workspace']
  const at = join(workspaces, key, 'git')
  const objects = lines(git(at, 'cat-file', '--batch-all-objects', '--batch-check=%(objecttype) %(objectname)'))
  const commits = objects.filter((line) => line.startsWith('commit '))
  if (commits.length !== 4) problems.push(`the workspace has ${commits.length} commits`)
  if (git(at, 'rev-list', '--count', commit) !== '3') problems.push('the commits are not one chain')
  if (git(at, 'rev-parse', `${commit}~2`) !== base) problems.push('the chain does not begin at the base')
  const refs = lines(git(at, 'for-each-ref', '--format=%(objectname)', 'refs/loopwright'))
  if (new Set(refs).size !== refs.length || refs.length !== 3) problems.push(`the workspace has ${refs.length} refs`)
  return problems
}

function judgeArtifacts(folder: string): string[] {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((two) => readdirSync(join(folder, two)).map((rest) => [two, rest] as const))
    .filter(([two, rest]) => hash(readFileSync(join(folder, two, rest))) !== two + rest)
    .map(([two, rest]) => `the artifact ${two}${rest} is damaged`)
}

/** Every request that arrived was recorded as a try and charged, and only cut-off calls were asked again. */
async function judgeLedger(
  { certificate }: Outcome<Patch>,
  { model, modelName, stateFolder }: RepairRun,
  lostCalls: number,
): Promise<string[]> {
  if (!certificate) return ['there is no certificate']
  const record = JSON.parse(await folderStore(join(stateFolder, 'artifacts')).text(certificate.sha256)) as {
    models: Record<string, { tries: number; lost: number; failed: number; tokens: number }>
  }
  const { tries, lost, failed, tokens } = record.models[`openai/${modelName}`]!
  const requests = model.counts.byModel[modelName] ?? 0
  const isAlone = Object.keys(model.counts.byModel).length === 1
  const problems: string[] = []
  if (tries - lost - failed !== neededModelCalls)
    problems.push(`${tries} tries, ${lost} lost, ${failed} failed: not ${neededModelCalls} replies`)
  if (lost > lostCalls) problems.push(`${lost} calls were lost, more than were cut off (${lostCalls})`)
  if (requests > tries) problems.push(`the model was asked ${requests} times, and ${tries} tries are recorded`)
  if (isAlone && tokens < model.counts.chargedTokens)
    problems.push(`the model charged ${model.counts.chargedTokens} tokens, and ${tokens} are recorded`)
  return problems
}
