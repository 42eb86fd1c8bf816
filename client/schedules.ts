import { ScheduleAlreadyRunning, type ScheduleHandle, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client'
import { checked } from './input.ts'
import { ClientProblem } from './problem.ts'
import { type Server } from './server.ts'

/** When a schedule starts a run, and what. */
export interface NewSchedule {
  workflow: string
  input: unknown
  /** Minutes between two runs. */
  every?: number
  /** `minute hour day month weekday`. */
  cron?: string
  /** Of the cron expression (UTC). */
  timeZone?: string
  /** Minutes for which a time that passed while the server was down is made up for (60). */
  catchUpMinutes?: number
}

/** A schedule, as it is listed. */
export interface Scheduled {
  schedule: string
  workflow: string
  paused: boolean
  note?: string
  /** The next times, in milliseconds since the epoch. */
  next: number[]
  /** The runs it started last, oldest first. */
  runs: string[]
}

/** Temporal Schedules that start runs. A time at which the last run still works is skipped. */
export interface Schedules {
  create(schedule: string, settings: NewSchedule): Promise<void>
  /** As the server's index has them, which lags behind by a moment. */
  list(): Promise<Scheduled[]>
  pause(schedule: string, note?: string): Promise<void>
  resume(schedule: string, note?: string): Promise<void>
  /** Starts a run now, unless the last one still works. */
  run(schedule: string): Promise<void>
  /** Its runs stay. */
  remove(schedule: string): Promise<void>
}

/** What can be done with the schedules of a server. */
export function schedulesOf(server: Server): Schedules {
  const { schedules } = server
  const found = async (schedule: string, act: (handle: ScheduleHandle) => Promise<unknown>) => {
    try {
      await act(schedules.getHandle(schedule))
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error
      throw new ClientProblem('NoSuchSchedule', `there is no schedule ${schedule}; nothing was done`, 'loopwright schedule list', error)
    }
  }
  return {
    create: (schedule, settings) => create(server, schedule, settings),
    list: () => list(server),
    pause: (schedule, note) => found(schedule, (handle) => handle.pause(note)),
    resume: (schedule, note) => found(schedule, (handle) => handle.unpause(note)),
    run: (schedule) => found(schedule, (handle) => handle.trigger()),
    remove: (schedule) => found(schedule, (handle) => handle.delete()),
  }
}

async function create(server: Server, schedule: string, { workflow, input, every, cron, timeZone, catchUpMinutes = 60 }: NewSchedule) {
  const declaration = Object.hasOwn(server.declarations, workflow) ? server.declarations[workflow] : undefined
  if (declaration) checked(declaration.input, input, 'input', `loopwright start ${workflow} --help`)
  const spec = {
    ...(every === undefined ? {} : { intervals: [{ every: Math.round(every * 60_000) }] }),
    ...(cron === undefined ? {} : { cronExpressions: [cron] }),
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
  }
  try {
    await server.schedules.create({
      scheduleId: schedule,
      spec,
      action: { type: 'startWorkflow', workflowType: workflow, workflowId: schedule, taskQueue: server.taskQueue, args: [input] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpMinutes * 60_000 },
    })
  } catch (error) {
    // What the SDK makes of a time that the server does not understand.
    if (error instanceof TypeError) {
      const next = 'loopwright schedule create --help'
      throw new ClientProblem('InvalidInput', `the times of the schedule cannot be used: ${error.message}; nothing was made`, next, error)
    }
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    const next = `loopwright schedule delete ${schedule}, then create it again`
    throw new ClientProblem('ScheduleExists', `there is a schedule ${schedule} already; nothing was changed`, next, error)
  }
}

async function list(server: Server): Promise<Scheduled[]> {
  const found: Scheduled[] = []
  for await (const { scheduleId, action, state, info } of server.schedules.list()) {
    found.push({
      schedule: scheduleId,
      workflow: action?.workflowType ?? 'unknown',
      paused: state?.paused ?? false,
      ...(state?.note ? { note: state.note } : {}),
      next: (info?.nextActionTimes ?? []).map((time) => time.getTime()),
      runs: (info?.recentActions ?? []).map((recent) => recent.action.workflow.workflowId),
    })
  }
  return found.sort((a, b) => a.schedule.localeCompare(b.schedule))
}
