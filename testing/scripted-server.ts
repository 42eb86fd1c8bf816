import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answer, sendError } from './answer.ts'
import { Counter, type Counts, type ScriptedPrice } from './counts.ts'
import { type ProviderKindName, providerKinds } from './kinds/index.ts'
import { type ProviderKind } from './kinds/kind.ts'
import { type Reply, type Script, type ScriptedRequest } from './reply.ts'
import { readRequest } from './request.ts'

/** What a scripted server is started with. */
export interface ScriptedServerOptions {
  /** A function of the request, or replies used in order. */
  script: Script
  /** After the last reply of a list: `repeat` it (default), or answer status 500 (`error`). */
  after?: 'repeat' | 'error'
  /** Whose quirks the server has; default: none. */
  kind?: ProviderKindName
  /** Default: any free port. */
  port?: number
  /** Micro-dollars per million tokens, by the model's name as requests have it; `*` for any other. */
  prices?: Record<string, ScriptedPrice>
  /** How many of the last requests are kept. Default 1,000. */
  keep?: number
}

/** A running scripted server. */
export interface ScriptedServer {
  /** The base URL for a client, `http://127.0.0.1:<port>/v1`. */
  url: string
  port: number
  /** The last requests, oldest first. */
  requests: ScriptedRequest[]
  /** What was seen and charged so far. */
  readonly counts: Counts
  /** Resolves with the counts as soon as they fit. */
  when(fit: (counts: Counts) => boolean): Promise<Counts>
  /** Ends every connection, hanging ones too, and the server. */
  close(): Promise<void>
}

/** Starts a real HTTP server on 127.0.0.1 that speaks chat completions, streamed or not, with tools, and answers by script. */
export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const counter = new Counter()
  const requests: ScriptedRequest[] = []
  const server = createServer({ keepAliveTimeout: 1_000 }, (incoming, response) => {
    void serve(incoming, response, { options, counter, requests }).catch((error: unknown) =>
      sendError(response, { status: 500, message: `the script threw: ${error instanceof Error ? error.message : String(error)}` }),
    )
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The scripted server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    port: address.port,
    requests,
    counts: counter.counts,
    when: (fit) => counter.when(fit),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Serving {
  options: ScriptedServerOptions
  counter: Counter
  requests: ScriptedRequest[]
}

async function serve(incoming: IncomingMessage, response: ServerResponse, { options, counter, requests }: Serving): Promise<void> {
  const path = new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname
  if (path === '/__scripted/counts') return sendJson(response, counter.counts)
  if (path.endsWith('/models')) return sendJson(response, { object: 'list', data: [] })
  if (incoming.method !== 'POST' || !path.endsWith('/chat/completions'))
    return sendError(response, { status: 404, message: `there is nothing at ${path}` })
  counter.arrived()
  response.once('close', () => counter.left(response.writableFinished))
  const request = await readRequest(incoming, counter.counts.requests)
  const kind: ProviderKind = options.kind ? providerKinds[options.kind] : {}
  if (typeof request === 'string') return sendError(response, { status: 400, message: request }, kind)
  requests.push(request)
  if (requests.length > (options.keep ?? 1_000)) requests.shift()
  counter.asked(request.model)
  const price = options.prices?.[request.model] ?? options.prices?.['*']
  const refusal = kind.refusal?.(request)
  if (refusal) return sendError(response, refusal, kind)
  await answer(await nextReply(options, request), request, response, (tokens) => counter.charged(tokens, price), kind)
}

async function nextReply({ script, after = 'repeat' }: ScriptedServerOptions, request: ScriptedRequest): Promise<Reply> {
  if (typeof script === 'function') return script(request)
  const reply = script[request.count - 1] ?? (after === 'repeat' ? script.at(-1) : undefined)
  return reply ?? { error: { status: 500, body: { error: { message: 'script is over' } } } }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}
