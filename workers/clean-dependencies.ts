import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifAbsent } from '../store/absent.ts'
import { type Leftover } from './clean.ts'

const oldMilliseconds = 24 * 3_600_000

/**
 * What `setup` installed, and whether a run that may still go on uses it. Nothing is lost with it: a worker that lacks it installs it again. A run that the server
 * doesn't know counts for a day after its last step.
 */
export async function findDependencies(stateFolder: string, runsOf: (key: string) => { ended: boolean }[]): Promise<Leftover[]> {
  const folder = join(stateFolder, 'dependencies')
  const names = await readdir(folder).catch(ifAbsent([]))
  return Promise.all(names.map(async (name) => ({ path: join(folder, name), ...(await judge(join(folder, name), runsOf)) })))
}

async function judge(path: string, runsOf: (key: string) => { ended: boolean }[]): Promise<Omit<Leftover, 'path'>> {
  const users = await readdir(join(path, 'used')).catch(ifAbsent([]))
  if (users.some((key) => runsOf(key).some(({ ended }) => !ended))) return { remove: false, why: 'a run that has not ended uses it' }
  const unknown = users.filter((key) => runsOf(key).length === 0).map((key) => join(path, 'used', key))
  const young = await Promise.all((users.length === 0 ? [path] : unknown).map(isYoung))
  if (young.includes(true)) return { remove: false, why: 'it was used within a day, by a run that the server does not know' }
  return { remove: true, why: 'no run that goes on uses it' }
}

async function isYoung(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(ifAbsent({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs < oldMilliseconds
}
