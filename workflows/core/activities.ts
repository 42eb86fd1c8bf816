import { ActivityCancellationType, type ActivityOptions, proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import { type Activities } from '../../activities/activities.ts'

/** How long a worker may be silent before its step counts as lost. Every activity beats once a second. */
const heartbeatTimeout = '4s'

/**
 * The activities, with the settings that each kind of step needs. The stage's path is the activity id, so that the history reads by itself;
 * `summary` is what Temporal's own UI shows.
 */
export function activities(
  path: string,
  options: { summary?: string; minutes?: number; once?: boolean; quick?: boolean } = {},
): Activities {
  const { summary, minutes = 5, once = false, quick = false } = options
  const settings: ActivityOptions = {
    activityId: path,
    // The activity ends itself at its own time limit and says so; this one only catches a worker that doesn't.
    startToCloseTimeout: quick ? '1m' : `${Math.ceil(minutes * 60) + 60}s`,
    heartbeatTimeout,
    ...(summary === undefined ? {} : { summary: summary.slice(0, 200) }),
    retry: { maximumAttempts: once ? 1 : 10, initialInterval: '500ms', maximumInterval: '10s' },
    // A step that was cancelled is over only when its process is dead and its request is closed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }
  return proxyActivities<Activities>(settings)
}

/**
 * The last step of a run, made within its last workflow task: a round trip less. A worker that is killed in it is missed only when the task's time is over, after ten
 * seconds, so it is for what takes milliseconds and may be done again.
 */
export function lastActivities(summary: string): Pick<Activities, 'certify'> {
  return proxyLocalActivities<Pick<Activities, 'certify'>>({
    startToCloseTimeout: '1m',
    retry: { maximumAttempts: 10, initialInterval: '500ms', maximumInterval: '10s' },
    summary: summary.slice(0, 200),
  })
}
