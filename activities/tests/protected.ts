import { type TestReport } from '../../contract/checks.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { type World } from '../world.ts'
import { namedPaths } from './named.ts'
import { changedPackageKey, namedInConfiguration, pytestSettings, usesTypeScriptSettings } from './settings.ts'

/** A file that differs between the base and the commit of a workspace; a renamed one is deleted here and added there. */
export interface Change {
  path: string
  change: 'changed' | 'deleted' | 'added'
}

/** What is asked of a workspace's git dir. Paths are relative to the workspace, with `/`. */
export interface History {
  /** The files that differ between `workspace.base` and `workspace.commit`, renames not followed. */
  changedFiles(world: World, workspace: WorkspaceAt): Promise<Change[]>
  /** A file's text at a commit; undefined when it is not there. */
  readAt(world: World, workspace: WorkspaceAt, commit: string, path: string): Promise<string | undefined>
}

/** What is known of a workspace besides the changed paths. */
export interface ProtectionFacts {
  /** argv of the test command. */
  command: string[]
  /** The files that hold tests, as the baseline's results name them. */
  testFiles: string[]
  /** Texts at the base, by path: the root's package.json, test configuration, and changed settings files. */
  base: Record<string, string | undefined>
  /** Texts at the commit, by path: changed settings files. */
  commit: Record<string, string | undefined>
}

export type ProtectedChange = TestReport['protectedChanges'][number]

/** Those of the changes that decide what the tests are or how they run, each with the reason as a sentence. A new ordinary test file is not among them. */
export function protectedFiles(changes: Change[], facts: ProtectionFacts): ProtectedChange[] {
  const named = namedPaths(facts.command, facts.base['package.json'])
  const added = new Set(changes.filter(({ change }) => change === 'added').map(({ path }) => path))
  return changes.flatMap(({ path, change }) => {
    const why =
      resolution(path) ??
      configuration(path, facts) ??
      settings(path, facts) ??
      (named(path) ? 'The test command runs this file.' : undefined) ??
      (namedInConfiguration(path, facts.base) ? 'The configuration of the tests names this file.' : undefined) ??
      besideTests(path, added) ??
      (change === 'added' ? undefined : testFile(path, facts))
    return why === undefined ? [] : [{ path, change, why }]
  })
}

const parts = (path: string) => path.split('/')
const nameOf = (path: string) => parts(path).at(-1) ?? ''
const testFolder = /^(tests?|__tests__|specs?|__snapshots__|__mocks__)$/
const inTestFolder = (path: string) =>
  parts(path)
    .slice(0, -1)
    .some((part) => testFolder.test(part))

/** Python modules that the runners load: a file of that name on the import path would be loaded instead. */
const runnerModules = new Set(
  'unittest pytest _pytest pluggy iniconfig xdist nose nose2 doctest coverage traceback difflib argparse importlib sitecustomize usercustomize loopwright_pytest'.split(
    ' ',
  ),
)
const runnerPrograms = new Set(['jest', 'mocha', 'vitest', 'ava', 'tap', 'node', 'npm', 'npx', 'pytest', 'python', 'python3'])

function resolution(path: string): string | undefined {
  const name = nameOf(path)
  const stem = name.replace(/\.(py|[cm]?js|ts)$/, '')
  if (parts(path).includes('node_modules')) return 'Files in node_modules are loaded in place of installed packages.'
  if (name.endsWith('.pth') || name === 'sitecustomize.py' || name === 'usercustomize.py')
    return 'Python runs this file before every program.'
  if (/^(\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs|\.pnp\.(cjs|loader\.mjs)|pnpm-workspace\.yaml|bunfig\.toml|\.python-version)$/.test(name))
    return 'It decides which programs and packages the tests run with.'
  if (/^\.env(\..+)?$/.test(name)) return 'It sets variables that the tests may run with.'
  const folders = parts(path).slice(0, -1)
  const onPath = folders.every((folder) => folder === 'src' || folder === 'lib' || testFolder.test(folder))
  if (name.endsWith('.py') && onPath && runnerModules.has(stem)) return `It would be loaded in place of Python's ${stem}.`
  const top = parts(path)[folders[0] === 'src' || folders[0] === 'lib' ? 1 : 0] ?? ''
  if (name.endsWith('.py') && folders.length > 0 && runnerModules.has(top)) return `It would be loaded in place of Python's ${top}.`
  if (folders.length === 0 && runnerPrograms.has(stem)) return `It could be run in place of ${stem}.`
  return undefined
}

const configurationNames = [
  /^(jest|vitest|vite|vitest\.workspace|ava|karma|cypress|playwright|wdio|babel|swc|mocha|c8|nyc|tap)\.config\.\w+$/,
  /^(jest|vitest)[.-](?!.*\.(test|spec)\.).*\.([cm]?[jt]sx?|json)$/,
  /^setupTests\.[jt]sx?$/,
  /^\.(mocharc|babelrc|swcrc|nycrc|c8rc|taprc|jestrc|coveragerc)(\..+)?$/,
  /^mocha\.opts$/,
  /^(\.?pytest\.ini|pytest\.toml|\.pytest\.toml|tox\.ini|setup\.cfg|noxfile\.py|conftest\.py|unittest\.cfg)$/,
]

/** Files that decide about the tests when the command is one of these. */
const commandFiles: Record<string, RegExp> = {
  make: /^(GNU)?[Mm]akefile$|\.mk$/,
  gmake: /^(GNU)?[Mm]akefile$|\.mk$/,
  just: /^\.?justfile$/i,
  task: /^[Tt]askfile\.ya?ml$/,
  rake: /^[Rr]akefile$/,
  mvn: /^pom\.xml$/,
  gradle: /\.gradle(\.kts)?$|^gradle\.properties$/,
  gradlew: /\.gradle(\.kts)?$|^gradle\.properties$/,
  cargo: /^Cargo\.toml$/,
  go: /^go\.(mod|work)$/,
  deno: /^deno\.jsonc?$/,
}

function configuration(path: string, facts: ProtectionFacts): string | undefined {
  const name = nameOf(path)
  if (configurationNames.some((pattern) => pattern.test(name))) return 'It configures the tests.'
  if (/^tsconfig(\..+)?\.json$/.test(name) && usesTypeScriptSettings(facts.base['package.json']))
    return 'The tests are compiled with these settings.'
  const program = nameOf(facts.command[0] ?? '')
  if (commandFiles[program]?.test(name)) return `${program} reads from it what to run.`
  return undefined
}

/** Files of which only a part concerns the tests. */
function settings(path: string, { base, commit }: ProtectionFacts): string | undefined {
  const name = nameOf(path)
  if (name === 'package.json') {
    const key = changedPackageKey(base[path], commit[path])
    return key === undefined ? undefined : `Its \`${key}\` decides how the tests run.`
  }
  if (name === 'pyproject.toml' && pytestSettings(base[path]) !== pytestSettings(commit[path]))
    return 'Its pytest settings decide how the tests run.'
  return undefined
}

/** Files that act on tests that were there before, even when they are new. */
function besideTests(path: string, added: Set<string>): string | undefined {
  const name = nameOf(path)
  if (parts(path).includes('__mocks__')) return 'It is loaded in place of a module when tests run.'
  if (name === '__init__.py' && inTestFolder(path)) return 'It runs before the tests beside it.'
  if (!name.endsWith('.snap')) return undefined
  const test = path.replace(/__snapshots__\//, '').replace(/\.snap$/, '')
  return added.has(test) ? undefined : 'It holds what existing tests compare with.'
}

const testNames = [
  /\.(test|spec|tests|specs|cy|e2e)\.[^.]+$/,
  /^tests?\.([cm]?[jt]sx?|py)$/,
  /^test[-_.].*\.([cm]?[jt]sx?|py|rb|exs?|lua|sh)$/,
  /[-_](test|tests|spec)\.[^.]+$/,
  /(Tests?|Spec|IT)\.(java|kt|scala|cs|swift|groovy|php)$/,
]

/** Whether a file holds tests, or lies beside them, by its name. */
export function isTestFile(path: string): boolean {
  return inTestFolder(path) || testNames.some((pattern) => pattern.test(nameOf(path)))
}

function testFile(path: string, facts: ProtectionFacts): string | undefined {
  if (facts.testFiles.includes(path) || testNames.some((pattern) => pattern.test(nameOf(path)))) return 'It holds tests.'
  return inTestFolder(path) ? 'It lies in a folder of tests, which may depend on it.' : undefined
}
