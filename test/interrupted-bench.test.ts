import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The first one compiles the second; `npm run chaos` would build `dist` anew, which other tests are using. */
const programs = [
  ['npm', 'run', 'bench', '--', '--only', 'read 10'],
  [process.execPath, 'dist.bench/bench/chaos/main.js', '--only', 'recovery'],
]

/** Processes that work in a folder or were told of it. */
function processesOf(folder: string): string[] {
  const about = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1')
    } catch {
      return ''
    }
  }
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && about(pid, 'cmdline').includes(folder))
}

/** They measure by /proc, so that they run on Linux only. */
const onLinux = existsSync('/proc/self/cmdline') ? test : test.skip

onLinux(
  'npm run bench and npm run chaos, ended by SIGTERM, leave no process and no folder behind',
  async () => {
    const { TEMPORAL_ADDRESS: _, ...environment } = process.env
    for (const [command = '', ...words] of programs) {
      const folder = mkdtempSync(join(tmpdir(), 'interrupted-'))
      const child = spawn(command, words, { cwd: root, env: { ...environment, TMPDIR: folder }, stdio: 'ignore', detached: true })
      const ended = once(child, 'exit')
      // The server, and a worker or the recorder.
      while (processesOf(folder).length < 2 && child.exitCode === null) await sleep(50)
      expect(child.exitCode).toBeNull()
      child.kill('SIGTERM')
      await ended
      while (processesOf(folder).length > 0) await sleep(50)
      expect(readdirSync(folder).filter((entry) => entry.startsWith('loopwright-'))).toEqual([])
      rmSync(folder, { recursive: true })
    }
  },
  120_000,
)
