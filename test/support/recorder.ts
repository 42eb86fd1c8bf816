import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

/** Something that happened in the world, as the world saw it. */
export interface Happened {
  kind: 'charge' | 'comment' | 'mail'
  text: string
  key?: string
}

/** A request that came in, whatever became of it. */
export interface Came {
  kind: Happened['kind'] | 'search' | 'look'
  text: string
  key?: string
  /** Of all requests of its kind, from 1. */
  count: number
}

/**
 * What the recorder does to one request: `status` refuses it, and nothing happens; `delayMilliseconds` makes it happen later, whether or not the caller is still
 * there; `answer: 'none'` lets it happen and never answers, a number answers with that status although it happened.
 */
export interface Fault {
  status?: number
  delayMilliseconds?: number
  answer?: 'none' | number
}

/**
 * The world outside, over real HTTP, and the only judge of what happened in it:
 * `POST /charges` does each `Idempotency-Key` once, `POST /comments` can be searched by `GET /comments?marker=…`, `POST /mails` has no key, `GET /look` changes nothing.
 */
export interface Recorder {
  url: string
  happened: Happened[]
  came: Came[]
  /** Requests that came in and have still to happen. */
  pending: number
  /** Decides about each request; default: everything works. */
  fault: (request: Came) => Fault | undefined
  /** How often this happened; a marker in brackets after it doesn't count. */
  times(kind: Happened['kind'], text: string): number
  /** Resolves as soon as this is so. */
  when(so: (recorder: Recorder) => boolean): Promise<void>
  /** Takes no connections until `up`; those that are open are cut. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

const kinds: Record<string, Happened['kind']> = { '/charges': 'charge', '/comments': 'comment', '/mails': 'mail' }

/** Starts a recorder on loopback. */
export async function startRecorder(): Promise<Recorder> {
  const waiting = new Set<() => void>()
  const changed = () => waiting.forEach((look) => look())
  const server = createServer((request, response) => void take(recorder, request, response, changed))
  await listening(server, 0)
  const { port } = server.address() as AddressInfo
  const recorder: Recorder = {
    url: `http://127.0.0.1:${port}`,
    happened: [],
    came: [],
    pending: 0,
    fault: () => undefined,
    times: (kind, text) => recorder.happened.filter((entry) => entry.kind === kind && entry.text.split(' [')[0] === text).length,
    when: (so) =>
      new Promise((resolve) => {
        const look = () => {
          if (!so(recorder)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    down: () => closed(server),
    up: () => listening(server, port),
    close: () => closed(server),
  }
  return recorder
}

async function take(recorder: Recorder, request: IncomingMessage, response: ServerResponse, changed: () => void): Promise<void> {
  const url = new URL(request.url ?? '/', recorder.url)
  const body = await read(request)
  const header = request.headers['idempotency-key']
  const key = typeof header === 'string' ? { key: header } : {}
  const post = request.method === 'POST' ? kinds[url.pathname] : undefined
  const kind = post ?? (url.pathname === '/comments' ? 'search' : 'look')
  const text = post ? String((JSON.parse(body) as { text: unknown }).text) : (url.searchParams.get('marker') ?? '')
  const came: Came = { kind, text, ...key, count: recorder.came.filter((entry) => entry.kind === kind).length + 1 }
  recorder.came.push(came)
  const { status, delayMilliseconds = 0, answer } = recorder.fault(came) ?? {}
  changed()
  if (status !== undefined) return reply(response, status, { refused: true })
  recorder.pending++
  await new Promise((resolve) => setTimeout(resolve, delayMilliseconds))
  recorder.pending--
  const result = post ? happen(recorder, { kind: post, text, ...key }) : look(recorder, kind, text)
  changed()
  if (answer === 'none') return
  reply(response, answer ?? 200, result)
}

/** A charge whose key is known does not happen again. */
function happen(recorder: Recorder, entry: Happened): object {
  const known = entry.kind === 'charge' ? recorder.happened.findIndex(({ kind, key }) => kind === 'charge' && key === entry.key) : -1
  const number = known >= 0 ? known + 1 : recorder.happened.push(entry)
  return { number }
}

function look(recorder: Recorder, kind: Came['kind'], marker: string): object {
  if (kind !== 'search') return { happened: recorder.happened.length }
  return { found: recorder.happened.filter((entry) => entry.kind === 'comment' && entry.text.includes(marker)).map(({ text }) => text) }
}

function reply(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
