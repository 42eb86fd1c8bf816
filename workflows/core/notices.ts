import { CancellationScope, isCancellation } from '@temporalio/workflow'
import { type NoticeEvent } from '../../contract/notices.ts'
import { activities } from './activities.ts'
import { causeOf } from './failure.ts'
import { type OpenGate, type Run } from './run.ts'

/** What tells people of one gate, where the worker is told to; nothing waits for it, and its failure is only said. */
export interface Notices {
  send: (event: NoticeEvent) => void
  /** The question is closed: what was not told by now is not told. */
  end: () => void
}

/** Tells of a gate that opens, unless its last execution has done so. */
export function noticesOf(run: Run, open: OpenGate): Notices {
  if (!run.preflight?.notify) return { send: () => {}, end: () => {} }
  const key = `told:${open.gate}`
  const scope = new CancellationScope()
  const send = (event: NoticeEvent) => {
    const number = event === 'opened' ? 0 : (open.noticed = (open.noticed ?? 0) + 1)
    const { queue: _queue, until: _until, voices: _voices, noticed: _noticed, ...gate } = open
    const notice = { id: `${run.id}/${open.gate}/${event}-${open.since}-${number}`, event, run: run.id, workflow: run.workflow, gate }
    const path = `${open.gate}/notify-${run.continued}#${number + 1}`
    void scope
      .run(() => activities(path, { quick: true, summary: `${event}: ${open.question}` }).notify(notice))
      .then(() => {
        if (run.gates.has(open.gate)) run.state[key] = true
      })
      .catch((error: unknown) => {
        const cause = causeOf(error)
        if (!isCancellation(error))
          run.say(`${open.gate}/notify`, `nobody could be told: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
  }
  if (run.state[key] === undefined) send('opened')
  return {
    send,
    end() {
      delete run.state[key]
      scope.cancel()
    },
  }
}
