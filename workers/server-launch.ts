import { join } from 'node:path'
import { startProcess } from '../activities/process.ts'
import { endProcess, markOf } from '../store/live-process.ts'
import { freePort } from './ports.ts'
import { serverCommand } from './server-command.ts'
import { writeServerFile, type ServerFile } from './server-file.ts'
import { answersWithin, keepHistories } from './server-health.ts'

export interface Launch {
  /** The Temporal CLI. */
  command: string
  stateFolder: string
  timeSkipping: boolean
  ui: boolean
  port?: number | undefined
  /** What the file said of the server before: its ports are taken again, so that workers that wait for it find it. */
  before?: ServerFile | undefined
  environment: Record<string, string | undefined>
}

/** How long a server may take until it answers; on a busy machine with a large database it needs seconds. */
const startMilliseconds = 60_000
const tries = 3

/** Starts a server process and waits until it answers. A port that somebody took in the same moment is not the end: others are tried. */
export async function launchServer(launch: Launch): Promise<ServerFile> {
  for (let number = 1; number <= tries; number++) {
    const server = await tryLaunch(number === 1 ? launch : { ...launch, before: undefined })
    if (server !== undefined) return server
  }
  const log = join(launch.stateFolder, 'temporal.log')
  throw new Error(`The Temporal server did not start; the state on disk is unchanged. Its reasons stand at the end of ${log}.`)
}

async function tryLaunch(launch: Launch): Promise<ServerFile | undefined> {
  const frontend = await freePort(launch.port ?? portOf(launch.before?.address))
  const ui = launch.ui ? await freePort(portOf(launch.before?.uiAddress)) : undefined
  const { PATH = '', HOME = launch.stateFolder } = launch.environment
  const child = await startProcess(serverCommand({ ...launch, frontend, ui }), {
    cwd: launch.stateFolder,
    environment: { PATH, HOME },
    logFile: join(launch.stateFolder, 'temporal.log'),
  })
  const mark = markOf(child.pid)
  if (mark === undefined) return undefined
  const address = `127.0.0.1:${frontend}`
  const server = { ...mark, address, ...(ui === undefined ? {} : { uiAddress: `http://127.0.0.1:${ui}` }), users: [] }
  // Written before it answers: if this process is killed now, the next start still knows of the server.
  writeServerFile(launch.stateFolder, server)
  if (await answersWithin(address, startMilliseconds, () => markOf(child.pid) === undefined)) {
    await keepHistories(address)
    return server
  }
  await endProcess(mark, 1_000)
  return undefined
}

function portOf(address: string | undefined): number | undefined {
  const port = Number(address?.split(':').at(-1))
  return Number.isInteger(port) ? port : undefined
}
