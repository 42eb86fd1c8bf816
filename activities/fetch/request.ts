import { lookup as resolveName, type LookupAddress } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { EffectRefused } from '../effects/tool.ts'
import { isPublic } from './addresses.ts'
import { allowance, type AllowedHost } from './hosts.ts'

/** Every address of a name, as `dns.lookup` gives them. */
export type Resolve = (name: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void

const systemResolve: Resolve = (name, done) => resolveName(name, { all: true }, done)
const mostRedirects = 5
const redirects = [301, 302, 303, 307, 308]

/** Where requests may go, and who resolves names. */
export interface Reach {
  allowed: AllowedHost[]
  resolve?: Resolve
}

/** What came back in the end, its body not yet read, and where from. */
export interface Answer {
  url: URL
  response: IncomingMessage
}

/** Requests a URL and follows its redirects; each of them must be allowed, and is connected to the very address that was checked. Throws `EffectRefused`. */
export async function request(reach: Reach, method: 'GET' | 'HEAD', text: string, signal: AbortSignal): Promise<Answer> {
  let url = urlOf(text)
  for (let followed = 0; followed <= mostRedirects; followed++) {
    const response = await once(reach, method, url, signal)
    const { location } = response.headers
    if (!redirects.includes(response.statusCode ?? 0) || location === undefined) return { url, response }
    response.destroy()
    url = urlOf(location, url)
  }
  throw new EffectRefused(`${text} redirects more than ${mostRedirects} times.`)
}

function urlOf(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new EffectRefused(`${JSON.stringify(text.slice(0, 200))} is not a URL.`)
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new EffectRefused(`${url.protocol} URLs are not fetched, only http and https.`)
  if (url.username !== '' || url.password !== '') throw new EffectRefused('A URL with a name or password in it is not fetched.')
  url.hash = ''
  return url
}

function once({ allowed, resolve = systemResolve }: Reach, method: string, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const may = allowance(allowed, url)
  if (may === 'none') throw new EffectRefused(`${url.host} is not among the hosts that may be fetched from; nothing was sent.`)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) && may !== 'any' && !isPublic(literal)) throw notPublic(url)
  const lookup: LookupFunction = (name, _options, done) =>
    resolve(name, (error, addresses) => {
      if (error) return done(error, [])
      // One private address among public ones is how a name is made to lead inside.
      const fine = may === 'any' || addresses.every(({ address }) => isPublic(address))
      if (addresses.length > 0 && fine) return done(null, addresses)
      done(notPublic(url), [])
    })
  const headers = {
    accept: 'text/*, application/json, application/xml;q=0.9, */*;q=0.1',
    'accept-encoding': 'identity',
    'user-agent': 'loopwright',
  }
  return new Promise((found, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    // Connections that are kept would be used again for a name that now leads elsewhere.
    const sent = send(url, { method, headers, lookup, signal, agent: false, maxHeaderSize: 16_384 })
    sent.once('response', found)
    sent.once('error', reject)
    sent.end()
  })
}

function notPublic({ hostname }: URL): EffectRefused {
  return new EffectRefused(
    `${hostname} leads to an address that is not public; nothing was sent. Whoever runs the worker can allow it by naming it with its port in LOOPWRIGHT_FETCH.`,
  )
}
