import { type Context, type MiddlewareHandler } from 'hono'
import { ClientProblem } from '../client/problem.ts'

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

/** Lets in what is addressed to us, and as a write only what no other site can send. */
export function guard(hosts: () => string[]): MiddlewareHandler {
  return async (context, next) => {
    const problem = refusal(context, hosts())
    if (problem) throw problem
    await next()
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value)
  }
}

/** The headers for an answer that was made in place of a handler's. */
export function guarded(response: Response): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

function refusal({ req }: Context, hosts: string[]): ClientProblem | undefined {
  const host = req.header('host')?.toLowerCase() ?? ''
  if (!hosts.includes(host))
    return refused(
      `nobody is called ${shown(host)} here`,
      'use the address that loopwright serve prints, or name this one with --host-name',
    )
  if (req.method === 'GET' || req.method === 'HEAD') return undefined
  const origin = req.header('origin')?.toLowerCase()
  if (origin !== undefined && !hosts.some((known) => origin === `http://${known}` || origin === `https://${known}`))
    return refused(`a page of ${shown(origin)} may not do anything here`, 'use the page of loopwright serve')
  const site = req.header('sec-fetch-site')?.toLowerCase()
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
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
