import { setTimeout as sleep } from 'node:timers/promises'
import { type WorkerProcess } from './worker-process.ts'

/** What was done to the processes. */
export interface Blows {
  killed: number
  frozen: number
  serverKilled: number
}

/** Worker processes that are replaced as they die. */
export interface Pool {
  /** Those that are ready, the ones that are frozen left out. */
  ready(): WorkerProcess[]
  /** Stops a worker for a while with SIGSTOP. */
  freeze(worker: WorkerProcess, milliseconds: number): void
  /** Kills all, and starts no more. */
  close(): Promise<void>
}

/** Keeps so many workers running. */
export function openPool(size: number, start: () => WorkerProcess): Pool {
  const running = new Set<WorkerProcess>()
  const able = new Set<WorkerProcess>()
  let closing = false
  const place = async () => {
    while (!closing) {
      const worker = start()
      running.add(worker)
      void worker.ready.then((said) => said !== undefined && able.add(worker))
      await worker.ended
      running.delete(worker)
      able.delete(worker)
    }
  }
  const places = Array.from({ length: size }, place)
  return {
    ready: () => [...able],
    freeze(worker, milliseconds) {
      able.delete(worker)
      worker.child.kill('SIGSTOP')
      void sleep(milliseconds).then(() => worker.child.kill('SIGCONT') && running.has(worker) && able.add(worker))
    },
    async close() {
      closing = true
      for (const { child } of running) child.kill('SIGKILL')
      await Promise.all(places)
    },
  }
}

/**
 * Strikes every one to three seconds until it is stopped: mostly kills a worker, sometimes freezes one for longer than a heartbeat may be late, sometimes kills
 * the server. A worker is struck when it is ready and not the only one, else a slow machine would never get anything done.
 */
export async function strike(pool: Pool, random: () => number, stop: AbortSignal, killServer?: () => Promise<void>): Promise<Blows> {
  const blows: Blows = { killed: 0, frozen: 0, serverKilled: 0 }
  while (!stop.aborted) {
    await sleep(1_000 + random() * 2_000, undefined, { signal: stop }).catch(() => {})
    if (stop.aborted) break
    const dice = random()
    const victims = pool.ready()
    const chosen = victims[Math.floor(random() * victims.length)]
    const victim = victims.length > 1 ? chosen : undefined
    if (dice < 0.07 && killServer) {
      blows.serverKilled++
      await killServer()
    } else if (victim && dice < 0.3) {
      blows.frozen++
      pool.freeze(victim, 5_000 + random() * 3_000)
    } else if (victim) {
      blows.killed++
      victim.child.kill('SIGKILL')
    }
  }
  return blows
}
