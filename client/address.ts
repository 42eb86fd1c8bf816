import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Lock = z.looseObject({ address: z.string() })

export interface Where {
  address: string
  /** Where the address comes from, for people. */
  from: string
}

/** The server to use: as asked for, else TEMPORAL_ADDRESS, else the embedded one that holds the state folder, else Temporal's usual port. */
export async function findAddress(asked: string | undefined, stateFolder: string): Promise<Where> {
  if (asked) return { address: asked, from: '--address' }
  const variable = process.env['TEMPORAL_ADDRESS']
  if (variable) return { address: variable, from: 'TEMPORAL_ADDRESS' }
  const path = join(stateFolder, 'server.json')
  const lock = Lock.safeParse(await readJson(path))
  return lock.success ? { address: lock.data.address, from: path } : { address: '127.0.0.1:7233', from: 'the default' }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // No embedded server has run here, or it is just starting.
    return undefined
  }
}
