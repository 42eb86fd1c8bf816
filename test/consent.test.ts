import { expect, test } from '@jest/globals'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runProcess } from '../activities/process.ts'

const consent = resolve('dist/cli/consent.js')

/** Asks in a terminal of its own, where somebody types. */
async function askedWith(typed: string, stateFolder: string, environment: Record<string, string> = {}): Promise<string> {
  const code = `import(${JSON.stringify(consent)}).then((m) => m.agreedToUnconfined(${JSON.stringify(stateFolder)})).then((agreed) => console.log('agreed:', agreed))`
  const command = `${process.execPath} -e '${code.replaceAll("'", '"')}'`
  const { output } = await runProcess(['script', '--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: stateFolder,
    environment: { PATH: process.env.PATH!, ...environment },
    input: typed,
    timeoutMilliseconds: 60_000,
  })
  return output.toString()
}

test('where nothing confines commands, a person at a terminal is asked once, and only a yes goes on', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-consent-'))
  expect(await askedWith('no\n', stateFolder)).toMatch(/Go on\?[\s\S]*agreed: false/)
  expect(await askedWith('\u0004', stateFolder)).toMatch(/agreed: false/)
  expect(existsSync(join(stateFolder, 'unconfined-agreed'))).toBe(false)
  expect(await askedWith('yes\n', stateFolder)).toMatch(/Go on\?[\s\S]*agreed: true/)
  const again = await askedWith('', stateFolder)
  expect(again).toContain('agreed: true')
  expect(again).not.toContain('Go on?')
})

test('who has asked for no sandbox is not asked, and neither is a program without a terminal', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-consent-'))
  expect(await askedWith('', stateFolder, { LOOPWRIGHT_SANDBOX: 'none' })).toContain('agreed: true')
  const code = `import(${JSON.stringify(consent)}).then((m) => m.agreedToUnconfined(${JSON.stringify(stateFolder)})).then(console.log)`
  const piped = await runProcess([process.execPath, '-e', code], {
    cwd: stateFolder,
    environment: { PATH: process.env.PATH! },
    timeoutMilliseconds: 60_000,
  })
  expect(piped.output.toString()).toBe('true\n')
})
