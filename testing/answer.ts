import { type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { completionOf } from './completion.ts'
import { errorBody, type ProviderKind, type Refusal } from './kinds/kind.ts'
import { type ErrorReply, type Reply, type ScriptedRequest, type SpokenReply } from './reply.ts'
import { bodyOf } from './wire.ts'

/** Sends a reply; `charge` is called when it is begun. */
export async function answer(
  reply: Reply,
  request: ScriptedRequest,
  response: ServerResponse,
  charge: (tokens: { input: number; output: number }) => void,
  kind: ProviderKind = {},
): Promise<void> {
  const spoken = typeof reply === 'string' ? { text: reply } : reply
  if ('error' in spoken) return sendFailure(spoken, response, kind)
  if ('raw' in spoken) {
    charge(completionOf({}, request).tokens)
    response.writeHead(spoken.status ?? 200, { 'content-type': spoken.contentType ?? 'text/event-stream' })
    response.end(spoken.raw)
    return
  }
  if ('hang' in spoken) {
    charge(completionOf({}, request).tokens)
    if (spoken.hang === 'body') response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    return
  }
  return speak(kind.reply?.(spoken, request) ?? spoken, request, response, charge, kind)
}

/** Sends an error in the form of the kind. */
export function sendError(response: ServerResponse, refusal: Refusal, { error = errorBody }: ProviderKind = {}): void {
  sendFailure({ error: { status: refusal.status, body: error(refusal) } }, response)
}

function sendFailure(
  { error: { status, body, retryAfter } }: ErrorReply,
  response: ServerResponse,
  { error = errorBody }: ProviderKind = {},
): void {
  if (response.destroyed || response.headersSent) {
    response.destroy()
    return
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? error({ status, message: `scripted error ${status}` }))
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  })
  response.end(text)
}

async function speak(
  reply: SpokenReply,
  request: ScriptedRequest,
  response: ServerResponse,
  charge: (tokens: { input: number; output: number }) => void,
  kind: ProviderKind,
): Promise<void> {
  const completion = completionOf(reply, request)
  if (reply.delayMilliseconds !== undefined) await sleep(reply.delayMilliseconds)
  charge(completion.tokens)
  const body = Buffer.from(bodyOf(completion, request, kind))
  const sent = reply.cutAfterBytes === undefined ? body : body.subarray(0, reply.cutAfterBytes)
  response.writeHead(200, { 'content-type': request.stream ? 'text/event-stream' : 'application/json' })
  response.flushHeaders()
  const piece = reply.drip?.bytes ?? sent.length
  for (let at = 0; at < sent.length && !response.destroyed; at += piece) {
    await new Promise<unknown>((resolve) => response.write(sent.subarray(at, at + piece), resolve))
    if (reply.drip) await sleep(reply.drip.delayMilliseconds)
  }
  if (reply.cutAfterBytes === undefined) response.end()
  else response.destroy()
}
