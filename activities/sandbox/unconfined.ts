import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from '../process.ts'
import { endLeftBehind } from './left-behind.ts'
import { type Sandbox } from './sandbox.ts'

/** Runs commands as the user: the level `none`, with the reason. */
export function unconfined(why: string, remedy?: string): Sandbox {
  return {
    level: 'none',
    why,
    ...(remedy === undefined ? {} : { remedy }),
    async run(argv, { folder, environment, timeoutMilliseconds, signal, onOutput }) {
      const own = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-run-')))
      try {
        const folders = { HOME: join(own, 'home'), TMPDIR: join(own, 'tmp') }
        await Promise.all(Object.values(folders).map((path) => mkdir(path)))
        return await runProcess(argv, {
          cwd: folder,
          environment: { ...environment, ...folders },
          timeoutMilliseconds,
          ...(signal ? { signal } : {}),
          ...(onOutput ? { onOutput } : {}),
        })
      } finally {
        endLeftBehind(own)
        await rm(own, { recursive: true, force: true, maxRetries: 3 })
      }
    },
  }
}
