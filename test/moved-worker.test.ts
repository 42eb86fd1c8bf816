import { afterEach, expect, test } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { type Outcome } from '../contract/outcome.ts'
import { type Patch } from '../contract/workspace.ts'
import { scriptOfToolCalls, type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { brokenSum, makeRepository } from './support/repository.ts'
import { endWorkers, main, startWorkerProcess } from './support/worker-process.ts'

const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
const newFolder = () => mkdtempSync(join(tmpdir(), 'loopwright-'))
let server: ScriptedServer | undefined

afterEach(async () => {
  endWorkers()
  await server?.close()
})

const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'sum.js', search, replace } })

test('a run whose worker is killed goes on with a worker of another machine, from artifacts alone, and is accepted where its repository is not', async () => {
  const fixer = scriptOfToolCalls([
    edit('a - b', 'a - -b'),
    edit('a - -b', 'a + b'),
    edit('a * 3', 'a * 1'),
    edit('a * 1', 'a * 2'),
    { name: 'finish', arguments: { answer: 'done' } },
  ])
  server = await startScriptedServer({ script: (request) => (request.count === 4 ? { hang: true } : fixer(request)) })
  const taskQueue = `moved-${randomUUID()}`
  const [first, second, artifacts] = [newFolder(), newFolder(), newFolder()]
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', LOOPWRIGHT_ARTIFACTS: artifacts }
  const worker = startWorkerProcess(taskQueue, first, environment)
  const connection = await Connection.connect({ address })
  const repo = makeRepository(brokenSum)
  const run = await new Client({ connection }).workflow.start('testAndFix', {
    taskQueue,
    workflowId: `testAndFix-${randomUUID()}`,
    args: [{ repo, test: 'npm test', models: 'openai/x' }],
  })
  await server.when(({ requests }) => requests === 4)
  worker.kill('SIGKILL')
  const away = `${repo}-away`
  renameSync(repo, away)
  startWorkerProcess(taskQueue, second, environment)

  const outcome = (await run.result()) as Outcome<Patch>
  expect(outcome).toMatchObject({ status: 'accepted', spent: { attempts: 1 } })
  expect(outcome.value?.branch).toBeUndefined()
  expect(outcome.value?.undelivered).toMatch(/^No branch was made: There is no folder .* prints the command that applies it\.$/)
  expect(outcome.why).toContain('No branch was made')
  expect(existsSync(join(second, 'artifacts'))).toBe(false)
  expect(readdirSync(join(second, 'workspaces'))).toEqual(readdirSync(join(first, 'workspaces')))

  renameSync(away, repo)
  const words = [main, 'show', run.workflowId, '--address', address, '--state-folder', second, '--artifacts', artifacts]
  const shown = execFileSync(process.execPath, words, { encoding: 'utf8' })
  expect(shown).toContain(`branch   none: There is no folder ${repo}; nothing was changed.`)
  const command = /Next: (git -C .* apply .*)\n/.exec(shown)?.[1] ?? ''
  execFileSync('sh', ['-c', command])
  expect(readFileSync(join(repo, 'sum.js'), 'utf8')).toBe('export const add = (a, b) => a + b\nexport const double = (a) => a * 2\n')

  // Nothing needs the first machine's copy any more.
  const clean = (...more: string[]) => {
    const all = ['clean', '--address', address, '--state-folder', first, '--artifacts', artifacts, '--json', ...more]
    const { status, stdout } = spawnSync(process.execPath, [main, ...all], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: newFolder() },
    })
    expect({ status, stdout }).toMatchObject({ status: 0 })
    return stdout
  }
  const path = join(first, 'workspaces', readdirSync(join(first, 'workspaces'))[0]!)
  expect(clean()).toContain(
    JSON.stringify({ kind: 'leftover', path, remove: true, why: 'its run has ended, and artifacts restore it', removed: false }),
  )
  expect(existsSync(path)).toBe(true)
  clean('--yes')
  expect(existsSync(path)).toBe(false)

  // Every step costs the history the same.
  const { events = [] } = await run.fetchHistory()
  const sizes = (events ?? [])
    .map(({ activityTaskCompletedEventAttributes: done }) => Buffer.from(done?.result?.payloads?.[0]?.data ?? []).toString())
    .filter((text) => text.startsWith('{"text":') && text.includes('"pack":'))
    .map((text) => JSON.stringify({ ...(JSON.parse(text) as object), text: '' }).length)
  expect(sizes).toHaveLength(4)
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
  await connection.close()
}, 120_000)
