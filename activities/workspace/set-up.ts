import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { digest } from '../../contract/digest.ts'
import { type SetUp, type WorkspaceAt } from '../../contract/workspace.ts'
import { ifAbsent } from '../../store/absent.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { failure } from '../failure.ts'
import { type Dependencies, limitInWords } from '../sandbox/sandbox.ts'
import { testEnvironment } from '../tests/environment.ts'
import { tailOf } from '../tests/text.ts'
import { type World } from '../world.ts'
import { dependencyFolders } from './dependencies.ts'
import { git, gitList } from './git.ts'
import { withLock } from './lock.ts'
import { checkoutOf, linksOf, placesOf } from './places.ts'
import { requireCommit } from './restore.ts'

const lockFiles =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|requirements.*\.txt|Cargo\.lock|go\.sum|composer\.lock|Gemfile\.lock|mix\.lock)$/
const defaultMinutes = 15
/** Of workspaces whose lockfiles this process has looked at: every tool call asks, and git takes its time. */
const keys = new Map<string, string>()
const tailCharacters = 1_500

interface Watch {
  minutes?: number
  signal?: AbortSignal | undefined
  onTail?: (tail: string) => void
}

/**
 * Runs a workspace's `setup` in a checkout of its base, unless that was done here before for the same lockfiles; gives the checkout with the dependency folders.
 * It stays where it was made: virtual environments name their own place. Fails with `CommandRefused`.
 */
export async function setUp(world: World, workspace: WorkspaceAt, watch: Watch = {}): Promise<SetUp & { source: string }> {
  const root = join(resolve(world.stateFolder), 'dependencies', await keyOf(world, workspace, watch.signal))
  const [source, note] = [join(root, 'tree'), join(root, 'done.json')]
  const known = async () => {
    const text = await readFile(note, 'utf8').catch(ifAbsent(undefined))
    return text === undefined ? undefined : { source, folders: JSON.parse(text) as string[], ran: false }
  }
  const make = async () => {
    await rm(source, { recursive: true, force: true })
    await mkdir(source, { recursive: true })
    const folders = await install(world, workspace, root, source, watch)
    // Last and in one piece: without this file nothing was installed.
    await writeFile(`${note}.draft`, JSON.stringify(folders))
    crashPoint('setup.ended')
    await rename(`${note}.draft`, note)
    return { source, folders, ran: true }
  }
  // For `clean`, which asks whose runs they are.
  await mkdir(join(root, 'used'), { recursive: true })
  await writeFile(join(root, 'used', workspace.key), '')
  return (await known()) ?? withLock(join(root, 'lock'), watch.signal, async () => (await known()) ?? make())
}

/** Where the dependency folders of a workspace are: in its source, or where its `setup` made them, on a machine that lacks them now. */
export async function dependencySource(world: World, workspace: WorkspaceAt, signal?: AbortSignal): Promise<string> {
  return workspace.setup === undefined ? workspace.source : (await setUp(world, workspace, { signal })).source
}

/** What a confined command needs to know about the dependency folders of a checkout; a folder that is no checkout has none. */
export async function dependenciesOf(world: World, workspace: WorkspaceAt, folder: string): Promise<Dependencies> {
  const paths = await linksOf(checkoutOf(world, workspace.key, folder)).catch(ifAbsent([]))
  return { source: await dependencySource(world, workspace), paths }
}

/** Of the command, the lockfiles (of everything where there is none), and what compiled parts depend on. */
async function keyOf(world: World, workspace: WorkspaceAt, signal?: AbortSignal): Promise<string> {
  const name = digest([resolve(world.stateFolder), workspace.key, workspace.base, workspace.setup])
  const known = keys.get(name)
  if (known !== undefined) return known
  await requireCommit(world, workspace, signal)
  const entries = await gitList(placesOf(world, workspace.key).git, ['ls-tree', '-r', '-z', workspace.base], { signal })
  const locks = entries.filter((entry) => lockFiles.test(basename(entry.split('\t')[1] ?? '')))
  const { version, platform, arch } = process
  const key = digest([workspace.setup, locks.length > 0 ? locks : entries, version, platform, arch])
  keys.set(name, key)
  return key
}

async function install(world: World, workspace: WorkspaceAt, root: string, source: string, watch: Watch): Promise<string[]> {
  const { setup = [], base } = workspace
  const { minutes = defaultMinutes, signal, onTail } = watch
  const [index, cache] = [join(root, 'index'), join(root, 'cache')]
  await rm(index, { force: true })
  await git({ ...placesOf(world, workspace.key).git, workTree: source, index }, ['read-tree', '--reset', '-u', base], { signal })
  const before = await dependencyFolders(source)
  await mkdir(cache, { recursive: true })
  try {
    const running = world.sandbox.run(setup, {
      folder: source,
      // The home folder is too small for what package managers keep.
      environment: testEnvironment(world.environment, { XDG_CACHE_HOME: cache, npm_config_cache: join(cache, 'npm') }),
      writable: [cache],
      network: true,
      timeoutMilliseconds: minutes * 60_000,
      ...(signal ? { signal } : {}),
      ...(onTail ? { onOutput: (chunk: Buffer) => onTail(chunk.subarray(-2_048).toString()) } : {}),
    })
    crashPoint('setup.running')
    const { exitCode, ended, output } = await running
    signal?.throwIfAborted()
    const ending =
      ended === 'timeout' ? `did not end within ${minutes} minutes` : ended === 'not found' ? 'was not found' : limitInWords(ended)
    if (exitCode !== 0) throw refuse(setup, ending ?? `ended with exit code ${exitCode}`, tailOf(output, tailCharacters))
    const folders = (await dependencyFolders(source)).filter((path) => !before.includes(path))
    if (folders.length === 0) throw refuse(setup, 'made no node_modules, .venv or vendor', tailOf(output, tailCharacters))
    return folders
  } finally {
    await rm(cache, { recursive: true, force: true, maxRetries: 3 })
  }
}

function refuse(setup: string[], what: string, tail: string): Error {
  const said = tail.trim() === '' ? '' : ` Its last lines:\n${tail.trim()}`
  return failure('CommandRefused', `The setup command \`${setup.join(' ')}\` ${what}. Nothing was changed.${said}`, {
    effect: 'no',
    next: 'Mend the command or the lockfile, then start again.',
  })
}
