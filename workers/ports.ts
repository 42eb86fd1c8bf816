import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

/**
 * Below those that a system gives out by itself: the server takes its inner ports from there, and could be given the one that was found for its front end,
 * which it survives for a moment only.
 */
const [lowest, highest] = [20_000, 32_000]
const tries = 100

/** A free port of 127.0.0.1: the wished one if nobody listens there, else any. */
export async function freePort(wished?: number): Promise<number> {
  if (wished !== undefined && (await isFree(wished))) return wished
  for (let number = 1; number <= tries; number++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new Error(`No port of 127.0.0.1 between ${lowest} and ${highest} is free.`)
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

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
