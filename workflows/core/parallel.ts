import { CancellationScope } from '@temporalio/workflow'
import { group } from './group.ts'

/** How branches run side by side. */
export interface ParallelOptions {
  name?: string
  /** True (the default): the first failure cancels the others and is thrown, without waiting for one that hangs. False: all are waited for, then the first failure is thrown. */
  failFast?: boolean
}

/** Runs branches side by side and gives their results in order. Branches are numbered by index before any of them starts; the run's concurrency holds over all of them. */
export function parallel<T>(branches: (() => Promise<T>)[], { name = 'parallel', failFast = true }: ParallelOptions = {}): Promise<T[]> {
  return group({ name, kind: 'group', text: `${branches.length} in parallel`, call: { branches: branches.length, failFast } }, async () => {
    const scope = new CancellationScope()
    const running = scope.run(async () =>
      branches.map((branch, index) => group({ name: 'branch', kind: 'group', text: `branch ${index + 1}`, number: index + 1 }, branch)),
    )
    const results = await running
    if (!failFast) {
      const settled = await Promise.allSettled(results)
      const failed = settled.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    }
    try {
      return await Promise.all(results)
    } catch (error) {
      scope.cancel()
      void Promise.allSettled(results)
      throw error
    }
  })
}
