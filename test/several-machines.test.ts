import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../activities/process.ts'
import { makeRepository, brokenSum } from './support/repository.ts'
import { account, haveS3, startS3, type S3Server } from './support/s3.ts'

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const withServer = haveS3 ? describe : describe.skip

withServer('machines that share nothing but a Temporal server and an S3 bucket', () => {
  let s3: S3Server
  let environment: Record<string, string>
  const taskQueue = `machines-${randomUUID()}`

  beforeAll(async () => {
    s3 = await startS3()
    const { PATH = '', HOME = '', LOOPWRIGHT_TEST_ADDRESS: TEMPORAL_ADDRESS = '' } = process.env
    environment = { PATH, HOME, TEMPORAL_ADDRESS, LOOPWRIGHT_ARTIFACTS: s3.store('shared'), ...account }
  })
  afterAll(() => s3.close())

  /** A command line on a machine of its own, with a folder of its own. */
  const machine = (name: string) => {
    const cwd = mkdtempSync(join(tmpdir(), `loopwright-${name}-`))
    const type = (words: string[], extra: Record<string, string> = {}, signal?: AbortSignal, onOutput?: (chunk: Buffer) => void) =>
      runProcess([process.execPath, program, '--task-queue', taskQueue, ...words], {
        cwd,
        environment: { ...environment, ...extra },
        timeoutMilliseconds: 100_000,
        ...(signal ? { signal } : {}),
        ...(onOutput ? { onOutput } : {}),
      })
    return { cwd, type }
  }

  test('a run is worked on by one, and its patch is read by the other', async () => {
    const [there, here] = [machine('there'), machine('here')]
    const ending = new AbortController()
    let said = ''
    const working = there.type(['worker'], {}, ending.signal, (chunk) => (said += chunk.toString()))
    const repo = makeRepository({ ...brokenSum, 'sum.js': brokenSum['sum.js'].replace('a * 3', 'a * 2') })
    const { output, exitCode } = await here.type(['run', 'testAndFix', '--repo', repo, '--test', 'npm test', '--id', `fix-${taskQueue}`])
    ending.abort()
    await working
    expect(said).toContain('worker is ready')
    expect({ exitCode, output: output.toString() }).toMatchObject({ exitCode: 0, output: expect.stringContaining('accepted') })
    expect(readFileSync(join(here.cwd, '.loopwright', 'patches', `fix-${taskQueue}.patch`), 'utf8')).toContain(
      '+export const add = (a, b) => a + b',
    )
    for (const { cwd } of [there, here]) expect(existsSync(join(cwd, '.loopwright', 'artifacts'))).toBe(false)
  }, 120_000)

  test('a worker whose secret is wrong does not start, and says what to mend; the doctor says the same', async () => {
    const wrong = { AWS_SECRET_ACCESS_KEY: 'the-wrong-secret' }
    const worker = await machine('wrong').type(['worker'], wrong)
    expect(worker.exitCode).toBe(1)
    expect(worker.output.toString()).toMatch(/the secret does not belong to the access key\nNext: mend AWS_SECRET_ACCESS_KEY/)
    expect(worker.output.toString()).not.toContain('the-wrong-secret')
    const doctor = await machine('wrong').type(['doctor'], wrong)
    expect(doctor.output.toString()).toMatch(/✗ artifacts: .*the secret does not belong to the access key/)
    expect((await machine('right').type(['doctor'])).output.toString()).toMatch(/✓ artifacts: s3:\/\/artifacts\/shared/)
  })
})
