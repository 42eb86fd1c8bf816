import { CancellationScope, sleep } from '@temporalio/workflow'
import { group } from './group.ts'

/** By when something must be done. All time counts, also while a person is waited for or the run is paused. */
export interface Deadline {
  minutes: number
  /** Counted from then, in milliseconds since the epoch; otherwise from the moment it is first come to. */
  since?: number
}

/**
 * Does something unless its time runs out first: then whatever of it is in flight or waits is cancelled, an open gate is closed, and `late` says so. What was left of
 * the time goes on after the run has continued as new. Effects belong outside: cut off, they leave a doubt.
 */
export function within<T>({ minutes, since }: Deadline, work: () => Promise<T>): Promise<{ done: T } | { late: true }> {
  const call = { minutes, ...(since === undefined ? {} : { since }) }
  return group({ name: 'within', kind: 'group', text: `within ${minutes} minutes`, call }, async ({ run, path }) => {
    const key = `since:${path}`
    const from = since ?? Number((run.state[key] ??= Date.now()))
    const left = from + minutes * 60_000 - Date.now()
    if (left <= 0) return { late: true as const }
    const [working, timer] = [new CancellationScope(), new CancellationScope()]
    const rung = timer
      .run(() => sleep(left, { summary: 'deadline' }))
      .then(
        () => ({ late: true as const }),
        // Nobody waits for a timer that was cancelled: what it was for has ended.
        () => new Promise<never>(() => {}),
      )
    try {
      const done = working.run(work).then((value) => ({ done: value }))
      const first = await Promise.race([done, rung])
      if (!('late' in first)) return first
      working.cancel()
      done.catch(() => {})
      run.say(path, `${minutes} minutes are over`)
      return first
    } finally {
      delete run.state[key]
      timer.cancel()
    }
  })
}
