import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { readInside, readRegular } from '../regular-file.ts'
import { type TestFormat, signedFormats } from '../../contract/checks.ts'
import { type Detected } from './detect.ts'
import { accusationsIn, guardOption, shipped } from './guard.ts'
import { configurationFiles } from './settings.ts'

const files = { jest: 'jest.cjs', node: 'node.mjs', pytest: 'loopwright_pytest.py', unittest: 'unittest_main.py' }
/** What is loaded beside a reporter: it notices when the program under test replaces parts of the runner. */
const guards = {
  jest: ['guard.cjs', 'jest-runner.cjs'],
  node: ['guard.cjs'],
  pytest: ['loopwright_integrity.py'],
  unittest: ['loopwright_integrity.py'],
}

/** Of all results together. */
const mostBytes = 200_000_000

/** One result as a reporter writes it. */
const Reported = z.array(
  z.object({
    file: z.string().optional(),
    titles: z.array(z.string()),
    status: z.enum(['passed', 'failed', 'skipped']),
    line: z.int().optional(),
    message: z.string().optional(),
    assertions: z.int().optional(),
    /** A file that passed without having run a test. */
    empty: z.boolean().optional(),
  }),
)
export type Reported = z.infer<typeof Reported>

/** A framework whose results are signed. */
export type Signed = Detected & { framework: (typeof signedFormats)[number] }

/** Whether a framework's results are signed inside of it. */
export function isSigned(format: TestFormat): format is Signed['framework'] {
  return signedFormats.some((signed) => signed === format)
}

/** A reporter in place: the command that uses it, the variables it needs, and how its results are read afterwards. */
export interface Reporter {
  argv: string[]
  environment: Record<string, string>
  /** Undefined when there are no results, or when they are not the reporter's own. */
  read: () => Reported | undefined
}

/**
 * Puts a reporter and a fresh key into `folder`. The reporter deletes the key before any test is loaded and signs its results with it,
 * so that a program under test that writes results itself is found out.
 */
export async function placeReporter(argv: string[], detected: Signed, cwd: string, folder: string): Promise<Reporter | undefined> {
  const circus = detected.framework === 'jest' ? circusOf(cwd) : undefined
  const call = callOf(argv, detected, folder, circus)
  if (call === undefined) return undefined
  const key = randomBytes(32)
  for (const name of [files[detected.framework], ...guards[detected.framework]]) await copyFile(shipped(name), join(folder, name))
  if (circus !== undefined) await writeFile(join(folder, 'jest-runner.json'), JSON.stringify({ circus }))
  await writeFile(join(folder, 'key'), key, { mode: 0o600 })
  return { ...call, read: () => readResults(folder, key) }
}

function callOf(argv: string[], detected: Signed, folder: string, circus: string | undefined): Omit<Reporter, 'read'> | undefined {
  const file = join(folder, files[detected.framework])
  const guard = guardOption(folder)
  if (detected.framework === 'jest') {
    const runner = circus === undefined ? [] : [`--testRunner=${join(folder, 'jest-runner.cjs')}`]
    const withReporter = detected.append(['--reporters=default', `--reporters=${file}`, ...runner])
    return withReporter && { argv: withReporter, environment: { NODE_OPTIONS: guard } }
  }
  if (detected.framework === 'node')
    return { argv, environment: { NODE_OPTIONS: [guard, ...nodeOptions(detected.words, pathToFileURL(file).href)].join(' ') } }
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

/** Jest's own test runner, found as jest finds it; undefined where the project names another, or jest is older than 27. */
function circusOf(folder: string): string | undefined {
  const settings = configurationFiles.map((name) => contentOf(() => readInside(folder, name))?.toString() ?? '')
  if (settings.some((text) => /\btestRunner\b/.test(text))) return undefined
  try {
    const chain = ['jest', '@jest/core', 'jest-config', 'jest-circus/runner']
    return chain.reduce((from, name) => createRequire(from).resolve(name), join(folder, 'package.json'))
  } catch {
    return undefined
  }
}

/** The signed results, and what the guards wrote; accusations need no signature. */
function readResults(folder: string, key: Buffer): Reported | undefined {
  const reported = readSigned(join(folder, 'results'), key)
  return reported && [...reported, ...accusationsIn(folder)]
}

function readSigned(path: string, key: Buffer): Reported | undefined {
  const content = contentOf(() => readRegular(path, mostBytes))
  const end = content?.indexOf('\n') ?? -1
  if (content === undefined || end < 0) return undefined
  const body = content.subarray(end + 1)
  const expected = createHmac('sha256', key).update(body).digest()
  const signature = Buffer.from(content.subarray(0, end).toString('latin1'), 'hex')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined
  return Reported.parse(JSON.parse(body.toString('utf8')))
}

/** Undefined when there is nothing, or something else than a file. */
function contentOf(read: () => Buffer): Buffer | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
