import { type Check, type TestCall } from '../../contract/checks.ts'
import { type World } from '../world.ts'
import { type History, type ProtectedChange, protectedFiles, type ProtectionFacts } from './protected.ts'
import { configurationFiles } from './settings.ts'

/** The protected changes between the base and the commit of a test call's workspace. */
export async function protectedChangesOf(world: World, history: History, call: TestCall, baseline: Check[]): Promise<ProtectedChange[]> {
  const { workspace } = call
  if (workspace.commit === workspace.base) return []
  const changes = await history.changedFiles(world, workspace)
  if (changes.length === 0) return []
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
  return protectedFiles(changes, facts)
}
