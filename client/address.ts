import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Lock = z.looseObject({ address: z.string() })

export interface Where {
  address: string
  /** Where the address comes from, for people. */
  from: string
  /** Whether it is the embedded server of the state folder, which asks for no key and speaks no TLS. */
  embedded: boolean
}

/** The server to use: as asked for, else TEMPORAL_ADDRESS, else the embedded one that holds the state folder, else Temporal's usual port. */
export async function findAddress(asked: string | undefined, stateFolder: string): Promise<Where> {
  const path = join(stateFolder, 'server.json')
  const lock = Lock.safeParse(await readJson(path))
  const own = lock.success ? lock.data.address : undefined
  const found = (address: string, from: string): Where => ({ address, from, embedded: address === own })
  if (asked) return found(asked, '--address')
  const variable = process.env['TEMPORAL_ADDRESS']
  if (variable) return found(variable, 'TEMPORAL_ADDRESS')
  return own === undefined ? found('127.0.0.1:7233', 'the default') : found(own, path)
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // No embedded server has run here, or it is just starting.
    return undefined
  }
}
