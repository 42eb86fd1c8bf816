// `npm test` is everything, and CI runs that and nothing else: each step is run even if one before it failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from './places.mjs'
import { run, say } from './run.mjs'

const program = (path, ...words) => [process.execPath, join(packageFolder, 'node_modules', ...path), ...words]
const folder = mkdtempSync(join(tmpdir(), 'loopwright-report-'))
const report = join(folder, 'report.json')
const failedSteps = []

function step(name, [command, ...words]) {
  const started = Date.now()
  say(`▸ ${name}`)
  const { status } = run(command, words, { cwd: packageFolder, show: true })
  say(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  if (status !== 0) failedSteps.push(name)
  return status === 0
}

/** What jest counted; a test file that could not be loaded counts as one failure. */
function counts() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

const isSetUp = step('set-up', [process.execPath, join(packageFolder, 'scripts', 'setup.mjs')])
// Only tests ask it; where it cannot be built they are skipped, and counted so.
step('S3 server of the tests', [process.execPath, join(packageFolder, 'scripts', 's3.mjs')])
step('types', program(['typescript', 'bin', 'tsc'], '-p', 'tsconfig.json'))
step('lint', program(['oxlint', 'bin', 'oxlint'], '--type-aware', '--deny-warnings'))
step('format', program(['oxfmt', 'bin', 'oxfmt'], '--check'))
const jest = program(['jest', 'bin', 'jest.js'], '--json', `--outputFile=${report}`, ...process.argv.slice(2))
step('tests', [jest[0], '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', ...jest.slice(1)])

const { passed, failed, skipped } = counts()
rmSync(folder, { recursive: true, force: true })
const otherFailures = failedSteps.filter((name) => name !== 'tests')
if (!isSetUp) say('Set-up failed: what came after it may have failed because of it.')
if (otherFailures.length > 0) say(`Failed besides the tests: ${otherFailures.join(', ')} (counted below)`)
const line = [`${passed} passed`, `${failed + otherFailures.length} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ')
process.stdout.write(`${line}\n`)
process.exitCode = failedSteps.length > 0 || failed > 0 ? 1 : 0
