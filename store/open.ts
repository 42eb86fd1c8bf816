import { join } from 'node:path'
import { folderStore } from './folder.ts'
import { StoreProblem } from './problem.ts'
import { sealingOf } from './sealing.ts'
import { s3Store, type S3Place } from './s3.ts'
import { type ArtifactStore } from './store.ts'

const form = 's3://bucket/prefix?region=eu-central-1&endpoint=https://host'

/** The store that is named, encrypted where the environment has a key: `s3://bucket/prefix?region=…&endpoint=…` or a folder; `artifacts` in the state folder when none is. */
export function openStore(
  named: string | undefined,
  stateFolder: string,
  environment: Record<string, string | undefined> = process.env,
): ArtifactStore {
  const sealing = sealingOf(environment)
  if (!named) return folderStore(join(stateFolder, 'artifacts'), sealing)
  if (/^[a-z][a-z0-9+.-]+:/i.test(named)) return s3Store(placeOf(named), sealing)
  return folderStore(named, sealing)
}

function placeOf(named: string): S3Place {
  const address = URL.canParse(named) ? new URL(named) : undefined
  if (address?.protocol !== 's3:' || address.hostname === '' || address.username !== '') throw malformed(named)
  const { region, endpoint, ...others } = Object.fromEntries(address.searchParams)
  if (Object.keys(others).length > 0 || (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint))) throw malformed(named)
  const prefix = decoded(address.pathname)?.replace(/^\/+|\/+$/g, '')
  if (prefix === undefined) throw malformed(named)
  return { bucket: address.hostname, prefix, ...(region ? { region } : {}), ...(endpoint ? { endpoint } : {}) }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function malformed(named: string): StoreProblem {
  // A key in the address would stand in logs and process lists.
  const shown = named.replace(/\/\/[^/@]*@/, '//…@')
  return new StoreProblem(
    `the artifact store ${shown} is neither a folder nor of the form ${form}`,
    'mend LOOPWRIGHT_ARTIFACTS or --artifacts; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  )
}
