// Plain JavaScript, as global-setup.js is.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A younger folder may belong to a test that is just about to take its server over. */
const oldMilliseconds = 30 * 60_000

/** Ends the embedded servers that killed test runs left behind: in temporary folders of ours, old, and used by no process that lives. Returns their folders. */
export async function endLeftovers(prefix = 'loopwright-', now = Date.now()) {
  const { readServerFile } = await import('../../dist/workers/server-file.js')
  const { endProcess, isAlive } = await import('../../dist/store/live-process.js')
  const ended = []
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    for (const stateFolder of [folder, join(folder, '.loopwright')]) {
      const server = readServerFile(stateFolder)
      if (!server || !isAlive(server) || server.users.some(isAlive) || now - statSync(stateFolder).mtimeMs < oldMilliseconds) continue
      await endProcess(server, 5_000)
      rmSync(folder, { recursive: true, force: true })
      ended.push(folder)
    }
  }
  return ended
}
