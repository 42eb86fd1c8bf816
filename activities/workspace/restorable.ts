import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Ref } from '../../contract/json.ts'
import { ifAbsent } from '../../store/absent.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { chainOf, ChainBroken } from './chain.ts'

/** A workspace that was opened here and in which no step was made stands at its base. */
const Noted = z.looseObject({ base: z.string(), commit: z.string().optional(), pack: Ref })
const files = { last: 'last.json', opened: 'opened.json' }

/** Notes the last step that was made in a workspace's folder. */
export async function noteLast(root: string, { base, commit, pack }: Pick<WorkspaceAt, 'base' | 'commit' | 'pack'>): Promise<void> {
  const path = join(root, files.last)
  await writeFile(`${path}.draft`, JSON.stringify({ base, commit, pack }))
  await rename(`${path}.draft`, path)
}

/** Whether artifacts alone restore the last step that was made in a workspace's folder; what was only restored there came from them. */
export async function isRestorable(store: ArtifactStore, root: string): Promise<boolean> {
  const read = (name: string) => readFile(join(root, name), 'utf8').catch(ifAbsent(undefined))
  const text = (await read(files.last)) ?? (await read(files.opened))
  if (text === undefined) return true
  try {
    const { base, commit = base, pack } = Noted.parse(JSON.parse(text))
    const chain = await chainOf(store, { key: '', source: '', base, commit, pack })
    for (const { sha256 } of chain.flatMap(({ head }) => head.pieces)) if (!(await store.has(sha256))) return false
    return true
  } catch (error) {
    // Empty after a power failure: nobody knows.
    if (error instanceof ChainBroken || error instanceof SyntaxError) return false
    throw error
  }
}
