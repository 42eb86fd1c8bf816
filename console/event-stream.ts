import { problemTold } from './problems.ts'
import { type Streamed } from './handlers.ts'

/** A connection over which nothing goes may be cut by what lies between. */
const heartbeatMilliseconds = 15_000

interface Settings {
  run: string | undefined
  /** Ends the stream: the server goes. */
  ends: AbortSignal
  /** Asked with every heartbeat: whether whoever listens still may. */
  mayStay(): Promise<boolean>
  heartbeat?: number
}

/** Server-sent events as they are read: nothing is made before the reader asks for it, so that a slow one costs no memory. */
export function eventStream(
  { stream, idOf }: Streamed<unknown>,
  { run, ends, mayStay, heartbeat = heartbeatMilliseconds }: Settings,
): Response {
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  ends.addEventListener('abort', leave, { once: true })
  const events = stream(leaving.signal)
  const encoder = new TextEncoder()
  let pending: Promise<IteratorResult<unknown, void>> | undefined
  const close = (controller: ReadableStreamDefaultController) => {
    ends.removeEventListener('abort', leave)
    leave()
    controller.close()
  }
  const pull = async (controller: ReadableStreamDefaultController) => {
    try {
      pending ??= events.next()
      const next = await within(heartbeat, pending)
      if (next === 'nothing') {
        if (!(await mayStay())) return close(controller)
        return controller.enqueue(encoder.encode(': still here\n\n'))
      }
      pending = undefined
      if (next.done) return close(controller)
      controller.enqueue(encoder.encode(eventText(next.value, idOf?.(next.value))))
    } catch (problem) {
      controller.enqueue(encoder.encode(`event: problem\ndata: ${JSON.stringify(problemTold(problem, run).body)}\n\n`))
      close(controller)
    }
  }
  const cancel = () => {
    ends.removeEventListener('abort', leave)
    leave()
    // What it waits for hears the signal, and then it ends.
    void events.return().catch(() => {})
  }
  const body = new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } })
}

/** JSON has no line breaks of its own, so that one `data` line holds it. */
function eventText(event: unknown, id: string | undefined): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | 'nothing'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'nothing'>((resolve) => {
    timer = setTimeout(() => resolve('nothing'), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
