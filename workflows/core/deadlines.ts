import { CancellationScope, sleep } from '@temporalio/workflow'
import { type Rung } from '../../contract/gates.ts'
import { type OpenGate, type Run } from './run.ts'

/** The rungs of one gate: at most one timer at a time, and what is left of it goes on after the run has continued as new. */
export interface Deadlines {
  /** Whether a rung's time has come. */
  isDue: () => boolean
  /** Does what the rung says; an answer is given back. */
  fire: () => Extract<Rung['then'], { answer: unknown }> | undefined
  end: () => void
}

/** Arms the next rung of a gate. Rungs that fell due while nobody looked come one after the other. */
export function deadlinesOf(run: Run, open: OpenGate, rungs: Rung[]): Deadlines {
  const key = `rung:${open.gate}`
  const timer = new CancellationScope()
  let at = Number(run.state[key] ?? 0)
  let due = false
  const arm = () => {
    due = false
    const rung = rungs[at]
    if (rung === undefined) return delete open.due
    open.due = open.since + rung.minutes * 60_000
    const left = open.due - Date.now()
    if (left <= 0) due = true
    else
      void timer
        .run(() => sleep(left, { summary: `deadline of ${open.gate}` }))
        .then(
          () => (due = true),
          () => undefined,
        )
  }
  arm()
  return {
    isDue: () => due,
    fire() {
      const { then } = rungs[at]!
      run.state[key] = ++at
      arm()
      if (then === 'remind') open.reminders = (open.reminders ?? 0) + 1
      else if ('to' in then) open.to = then.to
      run.say(open.gate, `${said(then)}: ${open.question}`)
      return typeof then === 'object' && 'answer' in then ? then : undefined
    },
    end() {
      delete run.state[key]
      timer.cancel()
    },
  }
}

function said(then: Rung['then']): string {
  if (then === 'remind') return 'nobody has answered yet'
  return 'to' in then ? `nobody has answered, now ${then.to} is asked` : `nobody has answered in time, so '${then.answer}' holds`
}
