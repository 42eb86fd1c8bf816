import { type ArtifactStore } from '../store/store.ts'
import { type Connection } from '@temporalio/client'
import { archiveHistories } from './archive.ts'
import { type SweepLoop, sweepUntilStopped } from './sweep-loop.ts'

export interface ArchiveLoopOptions {
  connect: () => Promise<Connection>
  namespace: string
  store: ArtifactStore
  /** The task queue whose runs are kept. */
  taskQueue: string
  /** Between two sweeps. Default 60,000. */
  everyMilliseconds?: number
  /** Told in one sentence what could not be archived yet. Default: nobody. */
  onProblem?: (message: string) => void
}

/** The server's list of closed executions lags behind: each sweep looks back over the one before. */
const overlapMilliseconds = 600_000

/** Archives histories at once and then every minute. A server that is away, a full disk: the worker is not disturbed, and the next sweep tries again. */
export function startArchive(options: ArchiveLoopOptions): SweepLoop {
  const { connect, onProblem = () => {}, everyMilliseconds = 60_000, ...rest } = options
  let since: Date | undefined
  return sweepUntilStopped({
    connect,
    async sweep(connection) {
      const started = Date.now()
      const { problems } = await archiveHistories({ ...rest, connection, ...(since ? { since } : {}) })
      for (const problem of problems) onProblem(problem)
      // Only after a whole sweep: what failed is found again.
      if (problems.length === 0) since = new Date(started - overlapMilliseconds)
    },
    everyMilliseconds,
    onProblem: (problem) => onProblem(`Histories were not archived this time, and will be tried again: ${String(problem)}`),
  })
}
