import { type Check, type TestCall } from '../../contract/checks.ts'
import { type World } from '../world.ts'
import { type Change, type History, type ProtectedChange, protectedFiles, type ProtectionFacts } from './protected.ts'
import { configurationFiles } from './settings.ts'
import { isSource } from './signs.ts'

/** A changed file that decides nothing about the tests, with its text at the base and now. */
export interface ProductChange extends Change {
  before: string | undefined
  after: string | undefined
}

/** What differs between the base and the commit of a test call's workspace: what decides about the tests, and the rest. */
export async function changesOf(
  world: World,
  history: History,
  call: TestCall,
  baseline: Check[],
): Promise<{ protectedChanges: ProtectedChange[]; product: ProductChange[] }> {
  const { workspace } = call
  const changes = workspace.commit === workspace.base ? [] : await history.changedFiles(world, workspace)
  if (changes.length === 0) return { protectedChanges: [], product: [] }
  const compared = changes.map(({ path }) => path).filter((path) => /(^|\/)(package\.json|pyproject\.toml)$/.test(path))
  const read = async (commit: string, paths: string[]) => {
    const texts = await Promise.all(paths.map(async (path) => [path, await history.readAt(world, workspace, commit, path)] as const))
    return Object.fromEntries(texts)
  }
  const facts: ProtectionFacts = {
    command: call.command,
    testFiles: [...new Set(baseline.flatMap(({ file }) => (file === undefined ? [] : [file])))],
    base: await read(workspace.base, [...new Set([...configurationFiles, ...compared])]),
    commit: await read(workspace.commit, compared),
  }
  const protectedChanges = protectedFiles(changes, facts)
  const others = changes.filter(({ path, change }) => change !== 'deleted' && !protectedChanges.some((found) => found.path === path))
  const paths = others.map(({ path }) => path).filter(isSource)
  const [before, after] = [await read(workspace.base, paths), await read(workspace.commit, paths)]
  return { protectedChanges, product: others.map((change) => ({ ...change, before: before[change.path], after: after[change.path] })) }
}
