import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { startServer } from '../../workers/server.ts'
import { startRecorderProcess, writeBundle } from './effects-run.ts'

/** A Temporal server of its own on a database on disk, a recorder, and a folder for all that is kept. */
export interface Ground {
  address: string
  client: Client
  folder: string
  stateFolder: string
  bundle: string
  recorder: Awaited<ReturnType<typeof startRecorderProcess>>
  /** Kills the server with SIGKILL and starts it again on its database. */
  killServer(): Promise<void>
  close(): Promise<void>
}

/** Starts all of it. */
export async function openGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-chaos-'))
  const stateFolder = join(folder, 'state')
  mkdirSync(stateFolder)
  const serverOptions = { stateFolder: join(folder, 'server'), ui: false }
  let server = await startServer(serverOptions)
  let restarting: Promise<unknown> = Promise.resolve()
  const { address } = server
  const recorder = await startRecorderProcess(folder)
  const connection = await Connection.connect({ address, channelArgs: { 'grpc.max_receive_message_length': 256e6 } })
  return {
    address,
    client: new Client({ connection }),
    folder,
    stateFolder,
    bundle: await writeBundle('workflows', folder),
    recorder,
    async killServer() {
      process.kill(server.pid, 'SIGKILL')
      const again = startServer(serverOptions)
      restarting = again
      server = await again
      if (server.address !== address) throw new Error(`The server came back at ${server.address}, not at ${address}.`)
    },
    async close() {
      recorder.stop()
      await connection.close()
      await restarting
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
