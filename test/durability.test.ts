import { expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const hasStrace = () => {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const folderStore = pathToFileURL(fileURLToPath(new URL('../dist/store/folder.js', import.meta.url))).href
const traced = hasStrace() ? test : test.skip
if (!hasStrace()) console.warn('SKIPPED: strace is not installed, so nobody looks whether the store syncs before it renames.')

/** The system calls that decide about power failures, in their order, on files of the store. */
function callsOf(action: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'durability-'))
  const log = join(folder, 'calls')
  const program = `const { folderStore } = await import('${folderStore}'); const store = folderStore('${folder}/store'); ${action}`
  const node = [process.execPath, '--input-type=module', '-e', program]
  execFileSync('strace', ['-f', '-y', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat', '-o', log, ...node], {
    stdio: 'pipe',
  })
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder) && !line.includes('resumed') && !line.includes('ENOENT'))
    .map((line) => {
      const name = /\b(f(?:data)?sync|rename\w*|link\w*)\(/.exec(line)?.[1] ?? ''
      if (name.startsWith('rename') || name.startsWith('link')) return 'placed'
      return line.includes('/temporary/') ? 'file synced' : 'folder synced'
    })
}

/** A folder that had to be made is synced too, before the file gets its place in it. */
function expectInOrder(calls: string[]): void {
  const from = calls.indexOf('file synced')
  expect({ calls, from, last: calls.slice(-2) }).toEqual({ calls, from: expect.any(Number), last: ['placed', 'folder synced'] })
  expect({ calls, placed: from >= 0 && from < calls.indexOf('placed') }).toEqual({ calls, placed: true })
}

traced('an artifact is on the disk before it has its name, and its name before anybody is told of it', () => {
  expectInOrder(callsOf("await store.put('hello')"))
})

traced('so is a key, and a claim, of which there is only one', () => {
  for (const action of ['point', 'claim']) {
    expectInOrder(callsOf(`await store.${action}('effect/x', { sha256: 'a'.repeat(64), bytes: 1 })`))
  }
})
