import { setTimeout as wait } from 'node:timers/promises'
import { type RouteName } from '../../contract/api.ts'
import { ErrorShape } from '../../contract/api-shapes.ts'
import { type RunEvent } from '../../contract/run-events.ts'
import { type Attached, type AttachOptions } from '../attach/attach.ts'
import { type EventOptions } from '../events.ts'
import { ClientProblem } from '../problem.ts'
import { type Watched, type WatchOptions } from '../watch.ts'
import { type Api, ask, type Told } from './call.ts'
import { readEvents } from './read-events.ts'

const againMilliseconds = 500
const mostTries = 20

/** The events of a run over HTTP; a broken connection is taken up again behind the last event. */
export async function* eventsOverHttp(
  api: Api,
  run: string,
  { after, signal }: EventOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  let last = after
  const told = () => ({ parameters: { run }, ...(last === undefined ? {} : { headers: { 'Last-Event-ID': last } }) })
  for await (const event of stream<RunEvent>(api, 'eventsOfRun', told, signal)) {
    last = event.id
    yield event
    if (event.kind === 'ended') return
  }
}

/** What a watcher of a run hears, over HTTP; after a broken connection what was told last is not told again. */
export async function* watchOverHttp(api: Api, run: string, { signal }: WatchOptions = {}): AsyncGenerator<Watched, void, undefined> {
  let shown = ''
  for await (const event of stream<Watched>(api, 'watchRun', () => ({ parameters: { run } }), signal)) {
    const text = JSON.stringify(event)
    if (text === shown) continue
    shown = text
    yield event
    if (event.kind === 'ended') return
  }
}

/** What the steps of a run say, over HTTP; what was said while the connection was broken is missing. */
export async function* attachOverHttp(
  api: Api,
  run: string,
  { stage, signal }: AttachOptions = {},
): AsyncGenerator<Attached, void, undefined> {
  const told = () => ({ parameters: { run }, ...(stage === undefined ? {} : { query: { stage } }) })
  for await (const event of stream<Attached>(api, 'attachRun', told, signal)) {
    yield event
    if (event.kind === 'ended' || event.kind === 'over') return
  }
}

/** One event after the other, until the server says that nothing will come; when the connection breaks, again. */
async function* stream<Event>(api: Api, name: RouteName, told: () => Told, signal?: AbortSignal): AsyncGenerator<Event, void, undefined> {
  for (let tries = 1; !signal?.aborted; tries++) {
    try {
      const response = await ask(api, name, { ...told(), ...(signal ? { signal } : {}) })
      if (!response.body) return
      for await (const { event, data } of readEvents(response.body)) {
        if (event === 'problem') throw problemOf(data)
        tries = 0
        yield JSON.parse(data) as Event
      }
    } catch (problem) {
      if (signal?.aborted) return
      // The server goes and comes back; whatever it says itself is final.
      const says = problem instanceof ClientProblem && problem.type !== 'NoApi'
      if (says || tries >= mostTries || (tries === 1 && problem instanceof ClientProblem)) throw problem
    }
    await wait(againMilliseconds, undefined, signal ? { signal } : {}).catch(() => {})
  }
}

function problemOf(data: string): ClientProblem {
  const { message, next } = ErrorShape.parse(JSON.parse(data)).error
  return new ClientProblem('NoServer', message, next)
}
