import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { type Detected } from './detect.ts'

const files = { jest: 'jest.cjs', node: 'node.mjs', pytest: 'loopwright_pytest.py', unittest: 'unittest_main.py' }

/** One result as a reporter writes it. */
const Reported = z.array(
  z.object({
    file: z.string().optional(),
    titles: z.array(z.string()),
    status: z.enum(['passed', 'failed', 'skipped']),
    line: z.int().optional(),
    message: z.string().optional(),
    /** A file that passed without having run a test. */
    empty: z.boolean().optional(),
  }),
)
export type Reported = z.infer<typeof Reported>

/** A reporter in place: the command that uses it, the variables it needs, and how its results are read afterwards. */
export interface Reporter {
  argv: string[]
  environment: Record<string, string>
  /** Undefined when there are no results, or when they are not the reporter's own. */
  read: () => Promise<Reported | undefined>
}

/**
 * Puts a reporter and a fresh key into `folder`. The reporter deletes the key before any test is loaded and signs its results with it,
 * so that a program under test that writes results itself is found out.
 */
export async function placeReporter(argv: string[], detected: Detected, folder: string): Promise<Reporter | undefined> {
  const call = callOf(argv, detected, folder)
  if (call === undefined) return undefined
  const key = randomBytes(32)
  const name = files[detected.framework]
  await copyFile(shipped(name), join(folder, name))
  await writeFile(join(folder, 'key'), key, { mode: 0o600 })
  return { ...call, read: () => readSigned(join(folder, 'results'), key) }
}

/** The build compiles only TypeScript, so what runs from dist/ finds the reporters in the sources. */
function shipped(name: string): string {
  const beside = fileURLToPath(new URL(`reporters/${name}`, import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../../activities/tests/reporters/${name}`, import.meta.url))
}

function callOf(argv: string[], detected: Detected, folder: string): Omit<Reporter, 'read'> | undefined {
  const file = join(folder, files[detected.framework])
  if (detected.framework === 'jest') {
    const withReporter = detected.append(['--reporters=default', `--reporters=${file}`])
    return withReporter && { argv: withReporter, environment: {} }
  }
  if (detected.framework === 'node')
    return { argv, environment: { NODE_OPTIONS: nodeOptions(detected.words, pathToFileURL(file).href).join(' ') } }
  if (detected.framework === 'pytest') {
    // Without the last option a file that does not load keeps all others from running, and the baseline would know none of their tests.
    const options = '-p loopwright_pytest -p no:cacheprovider --continue-on-collection-errors'
    return { argv, environment: { PYTEST_ADDOPTS: options, PYTHONPATH: folder } }
  }
  const at = argv.indexOf('-m')
  const rest = argv.slice(at + 2)
  const verbose = rest.some((word) => word === '-v' || word === '--verbose') ? [] : ['-v']
  return { argv: [...argv.slice(0, at), file, ...verboseAfter(rest, verbose)], environment: {} }
}

/** `discover` is a command of unittest's and stays first. */
function verboseAfter(rest: string[], verbose: string[]): string[] {
  return rest[0] === 'discover' ? ['discover', ...verbose, ...rest.slice(1)] : [...verbose, ...rest]
}

/** Node wants as many destinations as reporters, and reads these options before those of the command. */
function nodeOptions(words: string[], reporter: string): string[] {
  const count = (option: string) => words.filter((word) => word === option || word.startsWith(`${option}=`)).length
  const reporters = count('--test-reporter')
  const destinations = count('--test-reporter-destination')
  const ours = [`--test-reporter=${reporter}`, '--test-reporter-destination=stderr']
  if (reporters === 0) return ['--test-reporter=spec', '--test-reporter-destination=stdout', ...ours]
  return reporters === 1 && destinations === 0 ? [...ours, '--test-reporter-destination=stdout'] : ours
}

async function readSigned(path: string, key: Buffer): Promise<Reported | undefined> {
  const content = await readFile(path).catch(() => undefined)
  const end = content?.indexOf('\n') ?? -1
  if (content === undefined || end < 0) return undefined
  const body = content.subarray(end + 1)
  const expected = createHmac('sha256', key).update(body).digest()
  const signature = Buffer.from(content.subarray(0, end).toString('latin1'), 'hex')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined
  return Reported.parse(JSON.parse(body.toString('utf8')))
}
