import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const entries = z
  .object({ exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))

// Jest finds named exports of CommonJS packages that Node itself does not, so the built files are loaded by Node alone.
test.each(Object.keys(entries.exports))('the entry point %s of the package loads in plain Node', async (entry) => {
  const name = `loopwright${entry.slice(1)}`
  const { output, exitCode } = await runProcess([process.execPath, '--input-type=module', '-e', `await import('${name}')`], {
    cwd: root,
    environment: { PATH: process.env['PATH'] ?? '' },
    timeoutMilliseconds: 60_000,
  })
  expect(output.toString()).toBe('')
  expect(exitCode).toBe(0)
})
