import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../store/live-process.ts'
import { readServerFile } from '../workers/server-file.ts'
// @ts-expect-error: plain JavaScript, because jest's global set-up loads it.
import { endLeftovers } from './support/leftovers.js'

test('the server of a test run that was killed is ended by a later one, and a young one is left alone', async () => {
  const prefix = 'loopwright-left-'
  const stateFolder = mkdtempSync(join(tmpdir(), prefix))
  const server = fileURLToPath(new URL('../dist/workers/server.js', import.meta.url))
  const program = `const { startServer } = await import(${JSON.stringify(server)})
    await startServer({ stateFolder: ${JSON.stringify(stateFolder)}, ui: false })
    console.log('up')
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(owner.stdout, 'data')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  const mark = readServerFile(stateFolder)!
  expect(isAlive(mark)).toBe(true)
  expect(await endLeftovers(prefix)).not.toContain(stateFolder)
  expect(isAlive(mark)).toBe(true)
  const inAnHour = Date.now() + 3_600_000
  expect(await endLeftovers(prefix, inAnHour)).toContain(stateFolder)
  expect(isAlive(mark)).toBe(false)
  expect(existsSync(stateFolder)).toBe(false)
})
