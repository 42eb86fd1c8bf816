// `npm test` is everything, and CI runs that and nothing else: each step is run even if one before it failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from './places.mjs'
import { run, say } from './run.mjs'
import { countsOf, failedFiles, mostFiles } from './second-try.mjs'

const program = (path, ...words) => [process.execPath, join(packageFolder, 'node_modules', ...path), ...words]
const folder = mkdtempSync(join(tmpdir(), 'loopwright-report-'))
const jestProgram = program(['jest', 'bin', 'jest.js'])
const failedSteps = []

function step(name, [command, ...words]) {
  const started = Date.now()
  say(`▸ ${name}`)
  const { status } = run(command, words, { cwd: packageFolder, show: true })
  say(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  if (status !== 0) failedSteps.push(name)
  return status === 0
}

/** Runs jest; what it reports, or undefined where it wrote nothing. */
function jest(name, ...words) {
  const report = join(folder, `${name}.json`)
  const [node, ...program] = jestProgram
  step(name, [
    node,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    ...program,
    '--json',
    `--outputFile=${report}`,
    ...words,
  ])
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return undefined
  }
}

const isSetUp = step('set-up', [process.execPath, join(packageFolder, 'scripts', 'setup.mjs')])
// Only tests ask it; where it cannot be built they are skipped, and counted so.
step('S3 server of the tests', [process.execPath, join(packageFolder, 'scripts', 's3.mjs')])
step('browser of the tests', [process.execPath, join(packageFolder, 'scripts', 'browser.mjs')])
step('types', program(['typescript', 'bin', 'tsc'], '-p', 'tsconfig.json'))
step('types of the page', program(['typescript', 'bin', 'tsc'], '-p', join('console', 'page', 'tsconfig.json'), '--noEmit'))
step('lint', program(['oxlint', 'bin', 'oxlint'], '--type-aware', '--deny-warnings'))
step('format', program(['oxfmt', 'bin', 'oxfmt'], '--check'))
const first = jest('tests', ...process.argv.slice(2))
const failing = failedFiles(first)
const second =
  failing.length > 0 && failing.length <= mostFiles ? jest('second try', '--maxWorkers=1', '--runTestsByPath', ...failing) : undefined

const { passed, failed, skipped, again } = countsOf(first, second)
rmSync(folder, { recursive: true, force: true })
const otherFailures = failedSteps.filter((name) => name !== 'tests' && name !== 'second try')
// jest may also fail without a failing test.
const jestFailed = failedSteps.includes(second ? 'second try' : 'tests') && failed === 0
if (!isSetUp) say('Set-up failed: what came after it may have failed because of it.')
if (otherFailures.length > 0) say(`Failed besides the tests: ${otherFailures.join(', ')} (counted below)`)
for (const title of again) say(`Passed only on a second try, alone: ${title}`)
const line = [
  `${passed} passed`,
  `${failed + otherFailures.length + (jestFailed ? 1 : 0)} failed`,
  ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ...(again.length > 0 ? [`${again.length} only on a second try`] : []),
].join(', ')
process.stdout.write(`${line}\n`)
process.exitCode = failed + otherFailures.length > 0 || jestFailed ? 1 : 0
