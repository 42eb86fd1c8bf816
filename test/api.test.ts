import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hashOf, type StoredToken } from '../console/identity.ts'
import { folderStore } from '../store/folder.ts'
import { type ApiRole } from '../contract/api-roles.ts'
import { type Route } from '../contract/api-route.ts'
import { type RouteName, routes } from '../contract/api.ts'
import { type ApiBench, type ApiCaller, grantKey, openApi, openApiBench, type ServedApi, serveApi } from './support/api.ts'
import { main } from './support/worker-process.ts'

let bench: ApiBench
let api: ApiCaller
let served: ServedApi

beforeAll(async () => {
  bench = await openApiBench()
  api = openApi(bench)
  served = await serveApi(bench)
}, 240_000)
afterAll(async () => {
  api?.end()
  if (served?.process.kill('SIGKILL')) await once(served.process, 'exit')
  await bench?.close()
}, 120_000)

type Who = ApiRole | 'nobody' | 'stranger' | 'lead'
const everybody: Who[] = ['nobody', 'stranger', 'lead', 'viewer', 'approver', 'operator', 'admin']
const public_: Who[] = everybody
const look: Who[] = ['viewer', 'approver', 'operator', 'admin']
const decide: Who[] = ['approver', 'admin']
const operate: Who[] = ['operator', 'admin']
const administer: Who[] = ['admin']

/** Who may use each route, said a second time: a route that is not here fails, and so does one that lets anybody else in. */
const matrix: { [Name in RouteName]: Who[] } = {
  listRuns: look,
  startRun: operate,
  resolveRun: look,
  showRun: look,
  statusOfRun: look,
  inputOfRun: look,
  whyOfRun: look,
  traceOfRun: look,
  graphOfRun: look,
  historiesOfRun: look,
  artifactsOfRun: look,
  gatesOfRun: look,
  eventsOfRun: look,
  watchRun: look,
  attachRun: look,
  decide,
  steer: operate,
  pause: operate,
  resume: operate,
  extend: operate,
  stopRun: operate,
  killRun: administer,
  hold: operate,
  holds: look,
  throwHold: operate,
  releaseHold: operate,
  gates: look,
  inbox: look,
  artifact: look,
  workflows: look,
  workflow: look,
  dryRun: look,
  cases: look,
  showCase: look,
  facts: look,
  forgetFact: administer,
  schedules: look,
  createSchedule: administer,
  pauseSchedule: operate,
  resumeSchedule: operate,
  runSchedule: operate,
  removeSchedule: administer,
  costs: look,
  decodePayloads: look,
  encodePayloads: operate,
  health: look,
  me: look,
  signIn: public_,
  signOut: look,
  openapi: public_,
  page: public_,
  pageFile: public_,
}

describe('who may use which route', () => {
  test('every route stands in the matrix, and nothing else does', () => {
    expect(Object.keys(matrix).toSorted()).toEqual(Object.keys(routes).toSorted())
    expect(api.paths().toSorted()).toEqual(
      Object.values<Route>(routes)
        .map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
        .toSorted(),
    )
  })

  test.each(Object.entries<Route>(routes))('%s lets in whom the matrix names, and nobody else', async (name, { method, path, roles }) => {
    const place = path.replaceAll(/\{\w+\}/g, 'not-there')
    // A body that no route takes: nobody's call does anything.
    const answers = await Promise.all(
      everybody.map(async (who) => {
        const { status, json } = await api.ask(method, place, {
          token: api.tokens[who],
          ...(method === 'post' ? { body: { not: 'this' } } : {}),
        })
        return [who, status === 401 || status === 403 ? [status, json] : 'in'] as const
      }),
    )
    const allowed = matrix[name as RouteName]
    const refusal = (who: Who) => {
      const known = who !== 'nobody' && who !== 'stranger'
      const error = {
        type: known ? 'Forbidden' : 'Unauthorized',
        message: expect.stringMatching(/\S/),
        effect: 'no',
        next: expect.stringMatching(/\S/),
      }
      return [known ? 403 : 401, { error: expect.objectContaining(error) }]
    }
    const expected = everybody.map((who) => [who, allowed.includes(who) ? 'in' : refusal(who)])
    // To sign in with something that is no token is answered as such.
    if (name === 'signIn') expect(answers.every(([, said]) => said === 'in')).toBe(true)
    else expect({ roles, answers }).toEqual({ roles, answers: expected })
  })

  test('whoever has no token learns nothing of what is there', async () => {
    const asked = ['/runs', '/runs/not-there', '/gates', '/health', '/schedules', '/nothing'].map((path) => api.ask('get', path))
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 404])
  })
})

describe('what no other site and no stranger may send', () => {
  const inbox = { 'content-type': 'application/json' }
  const write = (headers: Record<string, string>) => api.raw('POST', '/runs/not-there/pause', { ...inbox, ...headers }, '{}')
  test.each<[string, Record<string, string>]>([
    ['another name for this machine', { host: 'evil.example' }],
    ['a name that was bound again to this machine', { host: 'evil.example:7777' }],
    ['our name with another port', { host: '127.0.0.1:1' }],
    ['a name that only begins like ours', { host: '127.0.0.1:7777.evil.example' }],
    ['no name', { host: '' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['a page from a file', { origin: 'null' }],
    ['a page whose address only begins like ours', { origin: 'http://127.0.0.1:7777.evil.example' }],
    ['a request that a browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a request that a browser calls same-site', { 'sec-fetch-site': 'same-site' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['text, which needs no preflight', { 'content-type': 'text/plain' }],
    ['JSON in another disguise', { 'content-type': 'text/plain; application/json' }],
    ['JSON in another alphabet', { 'content-type': 'application/json; charset=utf-7' }],
    ['no type', { 'content-type': '' }],
  ])('%s is refused before anybody looks at its token', async (_what, headers) => {
    const { status, json } = await write(headers)
    expect({ status, json }).toEqual({
      status: 400,
      json: {
        error: {
          type: 'Refused',
          message: expect.stringMatching(/; nothing was done$/),
          run: undefined,
          effect: 'no',
          next: expect.stringMatching(/\S/),
        },
      },
    })
  })

  test('what a browser sends from our own page, and a program without any of it, comes in', async () => {
    const token = { authorization: `Bearer ${api.tokens.operator}` }
    const own = { origin: 'http://127.0.0.1:7777', 'sec-fetch-site': 'same-origin', 'content-type': 'application/json; charset=UTF-8' }
    const answers = await Promise.all([write({ ...token, ...own }), write(token)])
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
  })

  test('every answer, a refusal, too, forbids framing, guessing, keeping and everything that is not ours', async () => {
    const all = await Promise.all([api.raw('GET', '/', {}), api.raw('GET', '/runs', {}), api.raw('GET', '/runs', { host: 'evil.example' })])
    for (const { headers } of all) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/,
      )
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

interface Ended {
  code: number | null
  out: string
  errors: string
}

/**
 * What a token of a tenant may do by each route, said for every one: `run`: what the run is of; `own`: it tells of the tenant's runs alone; `refused`: what is of all;
 * `same`: nothing of anybody's runs is in it.
 */
const ofTenants: { [Name in RouteName]: 'run' | 'own' | 'refused' | 'same' } = {
  ...{ listRuns: 'own', startRun: 'own', resolveRun: 'own', showRun: 'run', statusOfRun: 'run', inputOfRun: 'run', whyOfRun: 'run' },
  ...{ traceOfRun: 'run', graphOfRun: 'run', historiesOfRun: 'run', artifactsOfRun: 'run', gatesOfRun: 'run', eventsOfRun: 'run' },
  ...{ watchRun: 'run', attachRun: 'run', decide: 'run', steer: 'run', pause: 'run', resume: 'run', extend: 'run', stopRun: 'run' },
  ...{ killRun: 'run', hold: 'run', holds: 'own', throwHold: 'own', releaseHold: 'own', gates: 'own', inbox: 'own', artifact: 'same' },
  ...{ workflows: 'same', workflow: 'same', dryRun: 'same', cases: 'own', showCase: 'own', facts: 'own', forgetFact: 'own' },
  ...{ schedules: 'refused', createSchedule: 'refused', pauseSchedule: 'refused', resumeSchedule: 'refused', runSchedule: 'refused' },
  ...{ removeSchedule: 'refused', costs: 'refused', decodePayloads: 'refused', encodePayloads: 'refused', health: 'own', me: 'same' },
  ...{ signIn: 'same', signOut: 'same', openapi: 'same', page: 'same', pageFile: 'same' },
}

describe('a token of a tenant', () => {
  const known: StoredToken[] = []
  let own: ApiCaller
  const token = 'token-of-acme'
  const runs = { acme: 'asking-t-acme', other: 'asking-t-other', nobody: 'asking-t-nobody' }
  const ask = (method: string, path: string, body?: unknown) => own.ask(method, path, { token, ...(body === undefined ? {} : { body }) })
  /** Which of the three runs an answer speaks of. */
  const told = (json: unknown) => Object.entries(runs).flatMap(([whose, run]) => (JSON.stringify(json).includes(run) ? [whose] : []))
  const good: Partial<Record<RouteName, object>> = {
    decide: { gate: 'none', digest: '0'.repeat(64), answer: 'yes' },
    steer: { text: 'go on' },
    extend: { limits: { attempts: 9 } },
  }
  const runRoutes = Object.entries<Route>(routes).filter(([name]) => ofTenants[name as RouteName] === 'run')

  beforeAll(async () => {
    own = openApi(bench, known)
    known.push({ name: 'ada', roles: ['admin'], tenant: 'acme', sha256: hashOf(token) })
    const start = (id: string, tenant: object) =>
      bench.loopwright.start('asking', { gates: [{ kind: 'confirm', question: `Of ${id}?` }] }, { id, ...tenant })
    await Promise.all([start(runs.acme, { tenant: 'acme' }), start(runs.other, { tenant: 'other' }), start(runs.nobody, {})])
    await Promise.all(Object.values(runs).map((run) => bench.openGates(run)))
    // The server's index learns of them a moment later.
    while (told(await bench.loopwright.list()).length < 3) await new Promise((resolve) => setTimeout(resolve, 50))
    const store = folderStore(join(bench.stateFolder, 'artifacts'))
    for (const [whose, run] of Object.entries(runs)) {
      const ref = await store.put(JSON.stringify({ run, workflow: 'asking', status: 'stopped', why: 'x', history: 'x', at: 1 }))
      await store.point(`case/${run}/1`, ref)
      const source = { run, workflow: 'asking', stage: 'x#1', by: 'code' }
      const fact = {
        id: `fact-${whose}`,
        text: run,
        scope: 'workflow',
        of: 'asking',
        tenant: whose,
        source,
        at: 1,
        expires: Date.now() + 1e9,
      }
      await store.point(`fact/workflow/${whose}/asking/${fact.id}`, await store.put(JSON.stringify(fact)))
    }
  })
  afterAll(() => own.end())

  test('is said of every route', () => {
    expect(Object.keys(ofTenants).toSorted()).toEqual(Object.keys(routes).toSorted())
    const perRun = Object.entries<Route>(routes).flatMap(([name, { path }]) => (path.startsWith('/runs/{run}') ? [name] : []))
    expect(runRoutes.map(([name]) => name).toSorted()).toEqual(perRun.toSorted())
  })

  test.each(runRoutes)('%s is as if runs of others were not there', async (name, { method, path }) => {
    const answered = async (run: string) => {
      const { status, json } = await ask(
        method,
        path.replace('{run}', run),
        method === 'post' ? (good[name as RouteName] ?? {}) : undefined,
      )
      return JSON.stringify([status, json]).replaceAll(run, 'RUN')
    }
    const missing = await answered('not-there')
    expect(missing).toContain('[404,')
    expect([await answered(runs.other), await answered(runs.nobody)]).toEqual([missing, missing])
    // Its own is ended by others of this table, so those are not tried on it.
    if (!['stopRun', 'killRun'].includes(name)) expect(await answered(runs.acme)).toMatch(/^\[(200|204),/)
  })

  test('tells of its own runs, questions, cases and facts alone', async () => {
    await bench.openGates(runs.acme)
    for (const path of ['/runs', '/runs?tenant=other', '/gates', '/cases', '/facts', '/facts?tenant=other'])
      expect([path, told((await ask('get', path)).json)]).toEqual([path, ['acme']])
    const stream = await own.stream('/inbox', token)
    const [first] = z.tuple([z.instanceof(Uint8Array)]).parse([(await stream.body!.getReader().read()).value])
    expect(told(Buffer.from(first).toString())).toEqual(['acme'])
    expect(await ask('get', '/resolve?prefix=asking-t-')).toMatchObject({ status: 200, json: { run: runs.acme } })
    for (const prefix of [runs.other, runs.nobody]) expect(await ask('get', `/resolve?prefix=${prefix}`)).toMatchObject({ status: 404 })
    expect(told((await ask('get', '/cases/asking-t-')).json)).toEqual(['acme'])
    expect(await ask('get', `/cases/${runs.other}`)).toMatchObject({ status: 404 })
    expect(await ask('get', '/me')).toMatchObject({ json: { name: 'ada', tenant: 'acme' } })
    expect(await ask('get', '/health')).toMatchObject({ json: { stuck: [] } })
    // The same search finds all three where nobody is kept from them.
    expect(told((await own.ask('get', '/runs', { token: own.tokens.viewer })).json)).toEqual(['acme', 'other', 'nobody'])
  })

  test('forgets, holds and starts what is of its tenant alone', async () => {
    expect(await ask('post', '/facts/fact-other/forget', {})).toMatchObject({ status: 404 })
    expect(await ask('post', '/facts/fact-acme/forget', {})).toMatchObject({ status: 200 })
    expect((await bench.loopwright.facts()).map(({ id }) => id).toSorted()).toEqual(['fact-nobody', 'fact-other'])
    for (const selector of [{ model: 'openai/x' }, { tool: 'run' }, { workflow: 'asking' }, { tenant: 'other' }])
      for (const path of ['/holds', '/holds/release']) expect(await ask('post', path, selector)).toMatchObject({ status: 403 })
    const theirs = bench.loopwright.holds.hold({ tenant: 'other' }, { by: 'bob', reason: runs.other })
    expect(await ask('post', '/holds', { tenant: 'acme' })).toMatchObject({ status: 200 })
    await theirs
    expect((await ask('get', '/holds')).json).toEqual([expect.objectContaining({ tenant: 'acme', by: 'ada' })])
    await Promise.all(['acme', 'other'].map((tenant) => bench.loopwright.holds.release({ tenant }, { by: 'bob' })))

    const start = (more: object) => ask('post', '/runs', { workflow: 'asking', input: { gates: [{ kind: 'confirm' }] }, ...more })
    expect(await start({ tenant: 'other' })).toMatchObject({ status: 403 })
    expect(await start({ id: runs.other })).toMatchObject({ status: 404 })
    for (const more of [{}, { tenant: 'acme' }]) {
      const { run } = z.object({ run: z.string() }).parse((await start(more)).json)
      expect(await bench.loopwright.tenant(run)).toBe('acme')
    }
    const free = await own.ask('post', '/runs', {
      token: own.tokens.operator,
      body: { workflow: 'asking', input: { gates: [{ kind: 'confirm' }] }, tenant: 'third' },
    })
    expect(await bench.loopwright.tenant(z.object({ run: z.string() }).parse(free.json).run)).toBe('third')
  })

  test('is refused what is of all tenants, and everything as soon as it is taken back, also in a browser', async () => {
    const bodies: Partial<Record<RouteName, object>> = {
      createSchedule: { schedule: 'x', workflow: 'asking', input: { gates: [] }, every: 10 },
      decodePayloads: { payloads: [] },
      encodePayloads: { payloads: [] },
    }
    for (const [name, { method, path }] of Object.entries<Route>(routes)) {
      if (ofTenants[name as RouteName] !== 'refused') continue
      const place = `${path.replace('{schedule}', 'x')}${name === 'costs' ? '?since=0' : ''}`
      const { status, json } = await ask(method, place, method === 'post' ? (bodies[name as RouteName] ?? {}) : undefined)
      expect([name, status, json]).toEqual([name, 403, { error: expect.objectContaining({ type: 'Forbidden', effect: 'no' }) }])
    }
    const { json } = await own.ask('post', '/session', { body: { token } })
    const browser = z.object({ token: z.string() }).parse(json).token
    expect(told((await own.ask('get', '/runs', { token: browser })).json)).toEqual(['acme'])
    known.splice(
      known.findIndex(({ tenant }) => tenant === 'acme'),
      1,
    )
    expect((await own.ask('get', '/runs', { token: browser })).status).toBe(401)
  })
})

/** Types a command at the state folder of this file, or over HTTP. */
function loopwright(words: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...environment }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...words, '--state-folder', bench.stateFolder],
      { env, timeout: 110_000 },
      (_error, out, errors) => resolve({ code: child.exitCode, out, errors }),
    )
    child.stdin?.end()
  })
}

describe('the command line', () => {
  test('serve says where it is, and prints an address that signs in', () => {
    expect(served.said).toEqual([
      expect.stringMatching(/^the API is served at http:\/\/127\.0\.0\.1:\d+; decisions are proven$/),
      expect.stringMatching(/^Next: open http:\/\/127\.0\.0\.1:\d+\/#code=lw_\S+ \(it signs in once, within 10 minutes\); Ctrl-C ends it$/),
    ])
  })

  test('a token is printed once and kept by its hash; over HTTP the same commands work with it until it is taken back', async () => {
    const added = await loopwright(['token', 'add', 'ada', '--roles', 'approver,lead'])
    const token = added.out.trim()
    expect({ ...added, out: '' }).toEqual({ code: 0, out: '', errors: expect.stringContaining('It is not shown again.') })
    expect(token).toMatch(/^lw_[\w-]{43}$/)
    const file = join(bench.stateFolder, 'tokens.json')
    expect(readFileSync(file, 'utf8')).not.toContain(token)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await loopwright(['token', 'list'])).toMatchObject({ code: 0, out: expect.stringContaining('ada: approver, lead\n') })

    const run = await bench.ask({ kind: 'select', question: 'Which way?', options: ['left', 'right'], needs: { roles: ['lead'] } })
    const [gate] = await bench.openGates(run)
    const over = { LOOPWRIGHT_URL: served.url, LOOPWRIGHT_TOKEN: token }
    expect(await loopwright(['gates', run], over)).toMatchObject({ code: 0, errors: '', out: expect.stringContaining('Which way?') })
    const words = ['decide', run, 'yes', '--digest', gate!.digest.slice(0, 8), '--value', 'left']
    expect(await loopwright(words, over)).toMatchObject({ code: 0, errors: '', out: expect.stringMatching(/^accepted\n/) })
    expect(await loopwright(['watch', run], over)).toMatchObject({ code: 0, out: expect.stringContaining('accepted') })
    expect(await loopwright(['pause', run], over)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('ada may not do this, which needs the role operator'),
    })

    expect(await loopwright(['token', 'remove', 'ada'])).toMatchObject({ code: 0 })
    expect(await loopwright(['list'], over)).toMatchObject({
      code: 1,
      out: '',
      errors: 'error: nobody has this token\nNext: set LOOPWRIGHT_TOKEN; where the API runs, one is made with: loopwright token add NAME\n',
    })
  })

  test.each(['worker', 'dev', 'serve', 'clean', 'token list', 'start testAndFix --dry-run'])(
    '%s says that it cannot go over HTTP',
    async (words) => {
      const { code, out, errors } = await loopwright(words.split(' '), { LOOPWRIGHT_URL: served.url, LOOPWRIGHT_TOKEN: 'any' })
      expect({ code, out, errors }).toEqual({
        code: 1,
        out: '',
        errors: expect.stringMatching(
          /^error: .*so it cannot go over HTTP; nothing was done\nNext: type it without --url and without LOOPWRIGHT_URL/,
        ),
      })
    },
  )

  test('an API that is not there, or is none, is said in one sentence', async () => {
    expect(await loopwright(['list'], { LOOPWRIGHT_URL: 'http://127.0.0.1:1' })).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^error: no API answers at http:\/\/127\.0\.0\.1:1\nNext: /),
    })
    expect(await loopwright(['list', '--url', 'nonsense'])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^error: "nonsense" is no URL of an API\nNext: /),
    })
  })
})

test('the key of the workers is the one that the API signs with', () => {
  expect(grantKey.length).toBeGreaterThanOrEqual(32)
})
