import { connect, createServer } from 'node:net'

/** A free port of 127.0.0.1: the wished one if nobody listens there, else any. */
export async function freePort(wished?: number): Promise<number> {
  return (await portIfFree(wished ?? 0)) ?? (await portIfFree(0)) ?? Promise.reject(new Error('No port of 127.0.0.1 is free.'))
}

/** Whether somebody listens on a port of 127.0.0.1. */
export function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answer: boolean) => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
