import { join } from 'node:path'
import { knownProviders } from '../activities/model/known-providers.ts'
import { runProcess } from '../activities/process.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { ClientProblem, type ConnectOptions, health, openStore, StoreProblem } from '../client/index.ts'
import { agreedToUnconfined } from './consent.ts'
import { checkDisk } from './disk.ts'
import { type Printer } from './printer.ts'
import { connection } from './session.ts'
import { confinement } from './words.ts'

/** One thing that runs need, or may need. */
export interface Finding {
  what: string
  state: 'there' | 'missing' | 'optional'
  found: string
  remedy?: string
}

type Where = Parameters<typeof connection>[0]

/** Looks at everything that runs need. */
export async function checkUp(options: Where): Promise<Finding[]> {
  const [temporal, artifacts, disk, sandbox, git, python] = await Promise.all([
    // Whether the server is there does not depend on the store, which is looked at by itself.
    checkTemporal({ ...connection(options), artifacts: 'artifacts' }),
    checkArtifacts(options),
    checkDisk('disk', options.stateFolder ?? '.loopwright'),
    checkSandbox(),
    checkProgram('git', ['git', '--version'], 'install git'),
    checkProgram('python', ['python3', '--version'], 'install Python 3, if repositories in Python are worked on', 'optional'),
  ])
  return [...temporal, artifacts, disk, sandbox, git, python, ...keys(process.env)]
}

async function checkTemporal(options: ConnectOptions): Promise<Finding[]> {
  try {
    const { address, version, taskQueue, workers, stuck } = await health(options)
    const server: Finding = { what: 'Temporal', state: 'there', found: `server ${version} at ${address}` }
    const polled = `${workers} polling the queue ${taskQueue}`
    const polling: Finding =
      workers > 0
        ? { what: 'workers', state: 'there', found: polled }
        : { what: 'workers', state: 'missing', found: polled, remedy: 'start one with: loopwright worker' }
    return [server, polling, ...stuck.map(stuckRun)]
  } catch (problem) {
    if (!(problem instanceof ClientProblem)) throw problem
    return [
      { what: 'Temporal', state: 'missing', found: problem.message, remedy: problem.next },
      { what: 'workers', state: 'missing', found: 'unknown without a server', remedy: 'loopwright dev starts one, too' },
    ]
  }
}

function stuckRun(run: string): Finding {
  return { what: run, state: 'missing', found: 'its code fails again and again', remedy: `look with: loopwright why ${run}` }
}

/** A folder is made when it is needed, if it may be; a store of several machines has to be in reach. */
async function checkArtifacts({ artifacts = process.env['LOOPWRIGHT_ARTIFACTS'], stateFolder = '.loopwright' }: Where): Promise<Finding> {
  try {
    const store = openStore(artifacts, stateFolder)
    if (!artifacts?.startsWith('s3:')) return await checkDisk('artifacts', artifacts || join(stateFolder, 'artifacts'))
    await store.resolve('reachable')
    return { what: 'artifacts', state: 'there', found: artifacts }
  } catch (problem) {
    if (!(problem instanceof StoreProblem)) throw problem
    return { what: 'artifacts', state: 'missing', found: problem.message, remedy: problem.next }
  }
}

/** Prints what confines the commands of a worker in this process, as its first line; where nothing does, a person is asked once. False: they don't agree. */
export async function sayConfinement(printer: Printer, stateFolder: string): Promise<boolean> {
  const { level, why, remedy } = await openSandbox()
  printer.say(confinement(level, why, remedy))
  return level !== 'none' || (await agreedToUnconfined(stateFolder))
}

/** What is said to whoever doesn't agree. */
export const notAgreed = 'nothing was started; `loopwright doctor` says how to have commands confined'

/** Of this machine; a worker on another one has its own. */
async function checkSandbox(): Promise<Finding> {
  const { level, why = '', remedy } = await openSandbox()
  if (level !== 'none') return { what: 'sandbox', state: 'there', found: `${level}: the canary got out nowhere` }
  return { what: 'sandbox', state: 'optional', found: `none, commands run as you: ${why}`, ...(remedy === undefined ? {} : { remedy }) }
}

async function checkProgram(what: string, argv: string[], remedy: string, otherwise: Finding['state'] = 'missing'): Promise<Finding> {
  const environment = { PATH: process.env['PATH'] ?? '' }
  const { exitCode, output } = await runProcess(argv, { cwd: process.cwd(), environment, timeoutMilliseconds: 10_000 })
  if (exitCode === 0) return { what, state: 'there', found: output.toString('utf8').trim() }
  return { what, state: otherwise, found: `${argv[0]} does not run`, remedy }
}

/** A key is never needed: builtin/repair and servers of one's own go without. Its value is never shown. */
function keys(environment: Record<string, string | undefined>): Finding[] {
  const all = Object.entries(knownProviders).map(([name, { keyVariable, urlVariable }]) => {
    const url = urlVariable === undefined ? undefined : environment[urlVariable]
    return { name, keyVariable, where: url ? `, asked at ${url}` : '', set: Boolean(environment[keyVariable]) }
  })
  // The others are named in one line, until somebody uses them.
  const shown = all.filter(({ name, set }) => set || name === 'openai')
  const others = all.filter((key) => !shown.includes(key)).map(({ keyVariable }) => keyVariable)
  const remedy = 'set the one of the provider that you want to ask; loopwright models says where each is asked'
  return [...shown.map(keyFinding), { what: 'other keys', state: 'optional', found: `not set: ${others.join(', ')}`, remedy }]
}

function keyFinding({ name, keyVariable, where, set }: { name: string; keyVariable: string; where: string; set: boolean }): Finding {
  const what = `key for ${name}`
  if (set) return { what, state: 'there', found: `${keyVariable} is set${where}` }
  const remedy = `set ${keyVariable} for ${name}/NAME; builtin/repair and local models need no key`
  return { what, state: 'optional', found: `${keyVariable} is not set${where}`, remedy }
}
