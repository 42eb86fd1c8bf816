import { join } from 'node:path'

export interface ServerCommand {
  /** The Temporal CLI. */
  command: string
  stateFolder: string
  timeSkipping: boolean
  /** Port of the front end. */
  frontend: number
  /** Port of Temporal's console; without it there is none. */
  ui?: number | undefined
}

/**
 * What our server does otherwise than as shipped. `docker/dynamic-config.yaml` says the same to the one of docker-compose.yml.
 * As shipped, a shard reads its queue 20 times a second and a 10 ms timer takes a second.
 */
export const serverSettings: Record<string, number | string> = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxTimeShift': '50ms',
  // Otherwise a run that continues as new within a second of its start waits for the rest of that second.
  'history.workflowIdReuseMinimalInterval': '0s',
  // As shipped, a workflow task fails when more than 100 signals came while it was under way: under a flood of them each one does.
  'history.maximumBufferedEventsBatch': 2_000,
  // Otherwise a run whose code fails again and again is never marked: `stuckQuery` finds the mark.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 3,
}

/** The words that start the embedded Temporal server on its database file: tuned for one machine, reachable from it alone. */
export function serverCommand({ command, stateFolder, timeSkipping, frontend, ui }: ServerCommand): string[] {
  const settings = Object.entries(serverSettings).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  if (timeSkipping) settings.push('frontend.WorkflowTimeSkippingEnabled=true')
  return [
    ...[command, 'server', 'start-dev', '--disable-config-file', '--log-level', 'warn'],
    ...['--ip', '127.0.0.1', '--port', String(frontend)],
    ...(ui === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(ui), '--ui-disable-news-fetch']),
    ...['--db-filename', join(stateFolder, 'temporal.db'), '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=2'],
    ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  ]
}
