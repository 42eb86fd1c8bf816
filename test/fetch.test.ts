import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { textOf } from '../activities/effects/call.ts'
import { readHosts } from '../activities/fetch/hosts.ts'
import { htmlText } from '../activities/fetch/html-text.ts'
import { type Resolve } from '../activities/fetch/request.ts'
import { fetchTool } from '../activities/fetch/tool.ts'

let server: Server
let inside: Server
let cameInside: string[] = []
let came: IncomingMessage[] = []
let names: string[] = []
let reached: (string | undefined)[] = []
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  server = await listening(
    createServer((request, response) => {
      came.push(request)
      reached.push(request.socket.localAddress)
      answer(request, response)
    }),
  )
  // What must never be reached: it answers whoever comes.
  inside = await listening(
    createServer((request, response) => {
      cameInside.push(request.url ?? '')
      response.end('inside')
    }),
  )
})

beforeEach(() => {
  came = []
  reached = []
  cameInside = []
  names = []
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
})

afterAll(async () => {
  for (const one of [server, inside]) {
    one.closeAllConnections()
    await new Promise((resolve) => one.close(resolve))
  }
})

async function listening(started: Server): Promise<Server> {
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return started
}

const portOf = (one: Server) => (one.address() as AddressInfo).port
const here = (path = '/') => `http://127.0.0.1:${portOf(server)}${path}`

/** Names as a hostile domain would have them. */
const resolve: Resolve = (name, done) => {
  names.push(name)
  const addresses: Record<string, string[]> = {
    'inside.example.com': ['127.0.0.1'],
    'mixed.example.com': ['93.184.216.34', '127.0.0.1'],
    'metadata.example.com': ['169.254.169.254'],
    'six.example.com': ['::1'],
    'mapped.example.com': ['::ffff:127.0.0.1'],
    'named.example.com': ['127.0.0.1'],
    'nowhere.example.com': [],
  }
  done(
    null,
    (addresses[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  )
}

async function fetched(url: string, { hosts = `127.0.0.1:${portOf(server)}`, method, signal }: Options = {}): Promise<string> {
  const [tool] = fetchTool({ LOOPWRIGHT_FETCH: hosts }, resolve)
  if (!tool) throw new Error('no tool')
  const context = {
    effect: 'e',
    key: 'k',
    run: 'r',
    stage: 's',
    secret: String,
    environment: {},
    signal: signal ?? AbortSignal.timeout(60_000),
  }
  return textOf(await tool.perform(tool.arguments.parse({ url, ...(method ? { method } : {}) }), context))
}

interface Options {
  hosts?: string
  method?: string
  signal?: AbortSignal
}

test('a page comes as text with its status; the tool is not there without hosts, and says what it brings in and lets out', async () => {
  answer = (_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<title>A</title><script>evil()</script><p>One &amp; <b>two</b> <a href="/next">go on</a></p><style>x')
  }
  expect(await fetched(here('/page'))).toBe('200 OK, text/html; charset=utf-8\n\nA\n\nOne & two go on (/next)')
  expect(came[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', host: `127.0.0.1:${portOf(server)}` })
  expect(came[0]?.headers).not.toHaveProperty('authorization')
  expect(fetchTool({})).toEqual([])
  expect(fetchTool({ LOOPWRIGHT_FETCH: '*' })[0]).toMatchObject({ class: 'read', tags: ['reads_untrusted', 'acts_outside'] })
})

test('a request for the head brings none of the page, and only GET and HEAD can be asked', async () => {
  answer = (_request, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('not read')
  expect(await fetched(here(), { method: 'HEAD' })).toBe('404 Not Found, text/plain')
  await expect(fetched(here(), { method: 'POST' })).rejects.toThrow('GET')
})

test.each([
  // Literals of IPv4 in every form that URLs take.
  ['http://127.0.0.1/'],
  ['http://127.1/'],
  ['http://2130706433/'],
  ['http://0x7f000001/'],
  ['http://0x7f.0.0.1/'],
  ['http://0177.0.0.1/'],
  ['http://017700000001/'],
  ['http://127.0.0.1./'],
  ['http://①②⑦.0.0.1/'],
  ['http://0.0.0.0/'],
  ['http://0/'],
  ['http://10.0.0.1/'],
  ['http://100.64.0.1/'],
  ['http://169.254.169.254/latest/meta-data/'],
  ['http://172.16.0.1/'],
  ['http://172.31.255.255/'],
  ['http://192.168.1.1/'],
  ['http://198.18.0.1/'],
  ['http://224.0.0.1/'],
  ['http://255.255.255.255/'],
  // And of IPv6, those that carry an IPv4 address included.
  ['http://[::1]/'],
  ['http://[::]/'],
  ['http://[::ffff:127.0.0.1]/'],
  ['http://[::ffff:7f00:1]/'],
  ['http://[::127.0.0.1]/'],
  ['http://[64:ff9b::7f00:1]/'],
  ['http://[2002:7f00:1::]/'],
  ['http://[2001:0:7f00:1::]/'],
  ['http://[2001:db8::1]/'],
  ['http://[fe80::1]/'],
  ['http://[fc00::1]/'],
  ['http://[fd00:ec2::254]/'],
  ['http://[ff02::1]/'],
  // Names that lead inside, one of several addresses among them.
  ['http://inside.example.com/'],
  ['https://inside.example.com/'],
  ['http://mixed.example.com/'],
  ['http://metadata.example.com/'],
  ['http://six.example.com/'],
  ['http://mapped.example.com/'],
  ['http://nowhere.example.com/'],
])('%s leads inside and is refused, although every public host may be fetched from', async (url) => {
  await expect(fetched(url, { hosts: '*' })).rejects.toThrow(/not public|Invalid IP/)
})

test.each([
  ['file:///etc/passwd', 'file: URLs'],
  ['ftp://example.com/', 'ftp: URLs'],
  ['gopher://127.0.0.1:6379/_FLUSHALL', 'gopher: URLs'],
  ['data:text/plain,hello', 'data: URLs'],
  ['javascript:alert(1)', 'javascript: URLs'],
  ['unix:///var/run/docker.sock', 'unix: URLs'],
  ['not a url', 'not a URL'],
  ['http://', 'not a URL'],
  ['http://user:password@example.com/', 'password'],
  ['http://user@example.com/', 'password'],
  ['http://example.com:22/', 'not among the hosts'],
  ['http://example.com:6379/', 'not among the hosts'],
  ['https://example.com:80/', 'not among the hosts'],
])('%s is refused', async (url, why) => {
  await expect(fetched(url, { hosts: '*' })).rejects.toThrow(why)
})

test.each([
  ['docs.example.com', 'https://docs.example.com.evil.test/'],
  ['docs.example.com', 'https://evil-docs.example.com/'],
  ['docs.example.com', 'https://docs.example.com@evil.test/'],
  ['*.example.com', 'https://example.com/'],
  ['*.example.com', 'https://evilexample.com/'],
  ['example.com:8443', 'https://example.com/'],
])('%s does not allow %s', async (hosts, url) => {
  await expect(fetched(url, { hosts })).rejects.toThrow(/not among the hosts|password/)
  expect(names).toEqual([])
})

test('every redirect is checked again: what is inside is not reached through a page that is allowed', async () => {
  for (const location of [
    `http://127.0.0.1:${portOf(inside)}/x`,
    'http://metadata.example.com/',
    'file:///etc/passwd',
    '//[::1]/',
    'http://a:b@x.test/',
  ]) {
    answer = (_request, response) => response.writeHead(302, { location }).end()
    await expect(fetched(here(), { hosts: `* 127.0.0.1:${portOf(server)}` })).rejects.toThrow(/not among|not public|file:|password/)
  }
  expect(cameInside).toEqual([])
  answer = ({ url }, response) => response.writeHead(url === '/b' ? 200 : 301, url === '/b' ? {} : { location: '/b' }).end('there')
  expect(await fetched(here('/a'))).toContain(`, from ${here('/b')}`)
  answer = (_request, response) => response.writeHead(307, { location: '/again' }).end()
  await expect(fetched(here())).rejects.toThrow('redirects more than 5 times')
})

test('a name is looked up once, and the connection goes to the address that was checked', async () => {
  let times = 0
  const rebinding: Resolve = (_name, done) => done(null, [{ address: times++ === 0 ? '127.0.0.1' : '127.0.0.99', family: 4 }])
  const [tool] = fetchTool({ LOOPWRIGHT_FETCH: `named.example.com:${portOf(server)}` }, rebinding)
  const context = { effect: 'e', key: 'k', run: 'r', stage: 's', secret: String, environment: {}, signal: AbortSignal.timeout(60_000) }
  const text = await tool?.perform({ url: `http://named.example.com:${portOf(server)}/` }, context)
  expect({ text, times, reached }).toEqual({ text: expect.stringContaining('hello'), times: 1, reached: ['127.0.0.1'] })
})

test('of a body without end two megabytes are read; a compressed or binary one is not read at all', async () => {
  let closed = new Promise<void>(() => {})
  answer = (_request, response) => {
    closed = new Promise((resolve) => response.once('close', resolve))
    response.writeHead(200, { 'content-type': 'text/plain' })
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      response.once('drain', more)
    }
    more()
  }
  const text = await fetched(here())
  expect({ length: text.length < 2_000_200, end: text.slice(-30) }).toEqual({
    length: true,
    end: expect.stringContaining('[cut after 2000000 bytes]'),
  })
  await closed
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000)))
  expect(await fetched(here())).toContain('[compressed as gzip')
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/zip' }).end('PK')
  expect(await fetched(here())).toContain('[application/zip, ')
})

test('a server that never answers, or never ends, is left when the time is up', async () => {
  const started: ServerResponse[] = []
  answer = (_request, response) => void started.push(response)
  const controller = new AbortController()
  const waiting = fetched(here(), { signal: controller.signal })
  while (started.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  controller.abort()
  await expect(waiting).rejects.toThrow('aborted')
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).write('begun')
  const dripping = new AbortController()
  const reading = fetched(here(), { signal: dripping.signal })
  while (came.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  dripping.abort()
  await expect(reading).rejects.toThrow('aborted')
})

test.each([
  ['<P>One<BR>two</P>', 'One\ntwo'],
  ['a &amp; b &lt;c&gt; &notin; &#8364; &nosuch; &amp', 'a & b <c> ∉ € &nosuch; &'],
  ['<a title="a > b" href=\'/x?a=1&amp;b=2\'>go</a> on', 'go (/x?a=1&b=2) on'],
  ['<a href=/first href=/second>go</a>', 'go (/first)'],
  ['<a>one<a href="/two">two</a></a>', 'onetwo (/two)'],
  ['seen<!-- <p>not > seen --><script>if (a </b) "</p>"</script><style>p{}</style> too', 'seen too'],
  ['<svg/>seen<svg><title>not</title></svg> too', 'seen too'],
  ['seen<script>never closed <p>not', 'seen'],
  ['1 < 2 <b', '1 < 2'],
])('of the page %j the words are %j', (page, words) => {
  expect(htmlText(page)).toBe(words)
})

// Where a character was looked at again and again, this would take hours.
test('a hostile page is read in a time that grows with its size alone', () => {
  const pieces = ['<', '<a href="', '<!--', '<script>', '&#', '\n ', '<a></b>', '<div>', '<b><i><p>', '<table><td>', '&amp;&#60;&notin;']
  for (const piece of pieces) expect(htmlText(piece.repeat(2_000_000 / piece.length))).toBeDefined()
  expect(htmlText(`${'<div>'.repeat(100_000)}deep`)).toBe('deep')
}, 120_000)

test.each(['ftp://x', 'a/b', '*:80', 'a*b.com', 'host:port', '[::1', 'user@host'])('a worker does not start with %s as a host', (host) => {
  expect(() => readHosts(host)).toThrow('is no host')
})
