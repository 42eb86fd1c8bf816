import { type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { completionOf } from './completion.ts'
import { type ErrorReply, type Reply, type ScriptedRequest, type SpokenReply } from './reply.ts'
import { bodyOf } from './wire.ts'

/** Sends a reply; `charge` is called when it is begun. */
export async function answer(
  reply: Reply,
  request: ScriptedRequest,
  response: ServerResponse,
  charge: (tokens: { input: number; output: number }) => void,
): Promise<void> {
  if (typeof reply === 'string') return speak({ text: reply }, request, response, charge)
  if ('error' in reply) return sendFailure(reply, response)
  if ('raw' in reply) {
    charge(completionOf({}, request).tokens)
    response.writeHead(reply.status ?? 200, { 'content-type': reply.contentType ?? 'text/event-stream' })
    response.end(reply.raw)
    return
  }
  if ('hang' in reply) {
    charge(completionOf({}, request).tokens)
    if (reply.hang === 'body') response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    return
  }
  return speak(reply, request, response, charge)
}

/** Sends an error in OpenAI's form. */
export function sendError(response: ServerResponse, status: number, message: string): void {
  sendFailure({ error: { status, body: { error: { message, type: 'scripted', code: null, param: null } } } }, response)
}

function sendFailure({ error: { status, body, retryAfter } }: ErrorReply, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) {
    response.destroy()
    return
  }
  const text =
    typeof body === 'string' ? body : JSON.stringify(body ?? { error: { message: `scripted error ${status}`, type: 'scripted' } })
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
): Promise<void> {
  const completion = completionOf(reply, request)
  if (reply.delayMilliseconds !== undefined) await sleep(reply.delayMilliseconds)
  charge(completion.tokens)
  const body = Buffer.from(bodyOf(completion, request))
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
