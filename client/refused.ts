import { connect } from 'node:net'
import { findAddress } from './address.ts'
import { type ConnectOptions } from './server.ts'

/** Whether nobody listens at the server's address, which is known at once; an address that stays silent is not refused. */
export async function isRefused({
  address,
  stateFolder = '.loopwright',
}: Pick<ConnectOptions, 'address' | 'stateFolder'>): Promise<boolean> {
  const { address: found } = await findAddress(address, stateFolder)
  const { hostname, port } = new URL(`tcp://${found}`)
  const socket = connect({ host: hostname, port: Number(port) })
  return new Promise((resolve) => {
    socket.setTimeout(1_000, () => resolve(false))
    socket.once('connect', () => resolve(false))
    socket.once('error', (problem: Error & { code?: string }) => resolve(problem.code === 'ECONNREFUSED'))
  }).finally(() => socket.destroy()) as Promise<boolean>
}
