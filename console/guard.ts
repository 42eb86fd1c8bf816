import { type Context, type MiddlewareHandler } from 'hono'
import { ClientProblem } from '../client/problem.ts'
import { type Place } from './handlers.ts'

/** What every answer carries: nothing is framed, guessed, cached or told elsewhere, and a page runs only what is ours. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** Lets in what is addressed to us, and as a write only what no other site can send; to the codec also the page that `codecOrigin` names. */
export function guard({ hosts, codecOrigin }: Pick<Place, 'hosts' | 'codecOrigin'>): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context
    const isCodec = codecOrigin !== undefined && req.path.startsWith('/codec/') && req.header('origin') === codecOrigin
    const problem = refusal(context, hosts(), isCodec)
    if (problem) throw problem
    // A browser asks first whether a page of another origin may.
    if (isCodec && req.method === 'OPTIONS') context.res = new Response(null, { status: 204 })
    else await next()
    const all = isCodec ? { ...headers, ...allowing(codecOrigin) } : headers
    for (const [name, value] of Object.entries(all)) context.res.headers.set(name, value)
  }
}

const allowing = (origin: string) => ({
  'Access-Control-Allow-Origin': origin,
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Allow-Headers': 'authorization, content-type, x-namespace',
  Vary: 'Origin',
})

/** The headers for an answer that was made in place of a handler's. */
export function guarded(response: Response): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

function refusal({ req }: Context, hosts: string[], isCodec: boolean): ClientProblem | undefined {
  const host = req.header('host')?.toLowerCase() ?? ''
  if (!hosts.includes(host))
    return refused(
      `nobody is called ${shown(host)} here`,
      'use the address that loopwright serve prints, or name this one with --host-name',
    )
  if (req.method === 'GET' || req.method === 'HEAD' || (isCodec && req.method === 'OPTIONS')) return undefined
  const origin = req.header('origin')?.toLowerCase()
  if (!isCodec && origin !== undefined && !hosts.some((known) => origin === `http://${known}` || origin === `https://${known}`))
    return refused(`a page of ${shown(origin)} may not do anything here`, 'use the page of loopwright serve')
  const site = req.header('sec-fetch-site')?.toLowerCase()
  if (!isCodec && site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused(`a page of another site may not do anything here (Sec-Fetch-Site: ${shown(site)})`, 'use the page of loopwright serve')
  const type = req.header('content-type')?.toLowerCase() ?? 'nothing'
  if (!/^application\/json(; ?charset="?utf-8"?)?$/.test(type))
    return refused(`a body is JSON, not ${shown(type)}`, 'send it with Content-Type: application/json')
  return undefined
}

function refused(message: string, next: string): ClientProblem {
  return new ClientProblem('Refused', `${message}; nothing was done`, next)
}

const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
