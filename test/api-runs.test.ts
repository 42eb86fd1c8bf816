import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { setMaxListeners } from 'node:events'
import { z } from 'zod'
import { createInbox } from '../console/inbox.ts'
import { eventStream } from '../console/event-stream.ts'
import { createPace } from '../console/pace.ts'
import { type Route } from '../contract/api-route.ts'
import { type RouteName, routes } from '../contract/api.ts'
import { type Gate } from '../contract/messages.ts'
import { type RunEvent } from '../contract/run-events.ts'
import { policyOf } from '../activities/policy/read.ts'
import { type Json } from '../contract/json.ts'
import { bench as toolBench } from './tools.fixture.ts'
import { removeFolders } from './workspace.fixture.ts'
import { badCalls, badPolicies } from './support/bad-values.ts'
import { badInputs } from './support/bad-inputs.ts'
import { type BadRequest, badRequests } from './support/bad-requests.ts'
import { printSlowest, type Timed, timed } from './support/times.ts'
import { ErrorShape } from '../contract/api-shapes.ts'
import { type ApiBench, type ApiCaller, type Answered, openApi, openApiBench } from './support/api.ts'

let bench: ApiBench
let api: ApiCaller

beforeAll(async () => {
  bench = await openApiBench()
  api = openApi(bench)
}, 240_000)
afterAll(async () => {
  api?.end()
  await bench?.close()
}, 120_000)

type Token = keyof ApiCaller['tokens']
const get = (path: string, who: Token = 'viewer') => api.ask('get', path, { token: api.tokens[who] })
const post = (path: string, body: unknown, who: Token = 'admin') => api.ask('post', path, { token: api.tokens[who], body })
const decide = (run: string, { gate, digest }: Gate, answer: string, who: string, more: object = {}): Promise<Answered> =>
  api.ask('post', `/runs/${encodeURIComponent(run)}/decide`, {
    token: who in api.tokens ? api.tokens[who as Token] : who,
    body: { gate, digest, answer, ...more },
  })
const Trace = z.array(z.looseObject({ kind: z.string() }))
const decisionsOf = async (run: string) => Trace.parse((await get(`/runs/${run}/trace`)).json).filter(({ kind }) => kind === 'decision')

/** A token with roles of one's own. */
async function signIn(name: string, roles: string[]): Promise<string> {
  return api.place.sessions.redeem(api.place.sessions.invite({ name, roles }))!.token
}

describe('decisions', () => {
  test('100 clicks at once are one decision with one effect, and each of the others hears why it was none', async () => {
    const run = await bench.ask({ kind: 'confirm', question: 'Pay 100?' })
    const [gate] = await bench.openGates(run)
    const clicks = Array.from({ length: 100 }, (_one, index) =>
      decide(run, gate!, index % 2 ? 'yes' : 'no', 'approver', { id: `click ${index}` }),
    )
    const answers = (await Promise.all(clicks)).map(({ status, json }) => ({
      status,
      ...z.object({ accepted: z.boolean(), reason: z.string().optional() }).parse(json),
    }))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200))
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1)
    expect(answers.filter(({ accepted, reason }) => !accepted && !reason)).toEqual([])
    const { outcome } = await bench.loopwright.ended(run)
    expect(outcome).toMatchObject({ status: 'accepted', value: [{ by: 'the approver' }] })
    const decisions = await decisionsOf(run)
    expect(decisions.filter(({ accepted }) => accepted)).toHaveLength(1)
  })

  test('the token says who decides and with which roles, and the run has it proven; nobody can write another name', async () => {
    const run = await bench.ask({ kind: 'confirm', needs: { roles: ['lead'] } })
    const [gate] = await bench.openGates(run)
    expect(await decide(run, gate!, 'yes', 'approver', { by: 'the lead' })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('"by"') } },
    })
    expect(await decide(run, gate!, 'yes', 'approver')).toMatchObject({
      status: 200,
      json: { accepted: false, reason: expect.stringContaining('lead') },
    })
    const lead = await signIn('grace', ['approver', 'lead'])
    expect(await decide(run, gate!, 'yes', lead)).toMatchObject({ status: 200, json: { accepted: true } })
    expect(await decisionsOf(run)).toMatchObject([
      { by: 'the approver', accepted: false },
      { by: 'grace', accepted: true, verified: true },
    ])
  })

  test('whoever asked for a run over the API may not approve it where somebody else must, and two people make a quorum', async () => {
    const ada = await signIn('ada', ['operator', 'approver'])
    const grace = await signIn('grace', ['approver'])
    const gates = [{ kind: 'confirm', needs: { notRequester: true, quorum: { yes: 2, of: 3 } } }]
    const started = await api.ask('post', '/runs', { token: ada, body: { workflow: 'asking', input: { gates } } })
    const { run } = z.object({ run: z.string() }).parse(started.json)
    const [gate] = await bench.openGates(run)
    expect(await decide(run, gate!, 'yes', ada)).toMatchObject({ json: { accepted: false } })
    expect(await decide(run, gate!, 'yes', grace)).toMatchObject({ json: { accepted: true } })
    expect(await decide(run, gate!, 'yes', grace)).toMatchObject({ json: { accepted: false } })
    expect((await get(`/runs/${run}/gates`)).json).toMatchObject([{ voices: [{ by: 'grace', answer: 'yes' }] }])
    expect(await decide(run, gate!, 'yes', 'approver')).toMatchObject({ json: { accepted: true } })
    expect((await bench.loopwright.ended(run)).outcome).toMatchObject({ status: 'accepted' })
  })
})

describe('events', () => {
  const idOf = (event: RunEvent) => event.id
  /** Reads a stream until it ends, or some events have come. */
  async function read(path: string, after?: string, most = Infinity): Promise<{ status: number; events: RunEvent[] }> {
    const response = await api.stream(path, api.tokens.viewer, after === undefined ? {} : { 'last-event-id': after })
    const events: RunEvent[] = []
    let rest = ''
    const decoder = new TextDecoder()
    const reader = response.body?.getReader()
    while (reader && events.length < most) {
      const { value, done } = await reader.read()
      if (done) break
      rest += decoder.decode(value, { stream: true })
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, id, data = ''] = /^id: (\S+)\ndata: (.*)$/.exec(block) ?? []
        if (id !== undefined) events.push({ ...routes.eventsOfRun.answer.stream.parse(JSON.parse(data)), id })
      }
    }
    await reader?.cancel()
    return { status: response.status, events }
  }

  test('a stream that is cut after every event and resumed loses and doubles nothing, across continuations, live and afterwards', async () => {
    // It continues as new after every step, while other gates are open.
    const run = await bench.ask({ seamEvery: 1 }, { kind: 'confirm', question: 'one' }, { kind: 'confirm', question: 'two' })
    const path = `/runs/${run}/events`
    const live: RunEvent[] = []
    const following = (async () => {
      while (live.at(-1)?.kind !== 'ended') live.push(...(await read(path, live.at(-1)?.id, 1)).events)
    })()
    for (const gate of await bench.openGates(run, 2))
      await bench.loopwright.decide(run, { gate: gate.gate, digest: gate.digest, answer: 'yes', by: 'ada' })
    await following
    const { events } = await read(path)
    expect(live).toEqual(events)
    expect(new Set(events.map(idOf)).size).toBe(events.length)
    expect(events[0]).toMatchObject({ kind: 'started', workflow: 'asking' })
    expect(events.at(-1)).toMatchObject({ kind: 'ended', status: 'done' })
    expect(events.filter(({ kind }) => kind === 'continued').length).toBeGreaterThan(0)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'message', message: 'decide', by: 'ada', accepted: true }))
    for (const [index, { id }] of events.entries()) {
      const { status, events: rest } = await read(path, id)
      // Behind the end nothing comes, and a browser is told not to try again.
      expect({ index, status, rest: rest.map(idOf) }).toEqual({
        index,
        status: index === events.length - 1 ? 204 : 200,
        rest: events.slice(index + 1).map(idOf),
      })
    }
  })

  test.each(['nonsense', '00000000-0000-4000-8000-000000000000/1', '../1', '1'])('a place that is none (%s) is refused', async (after) => {
    const run = await bench.ask({ kind: 'confirm' })
    await bench.loopwright.kill(run)
    const { status, json } = await api.raw('GET', `/runs/${run}/events`, {
      authorization: `Bearer ${api.tokens.viewer}`,
      'last-event-id': after,
    })
    expect({ status, json }).toMatchObject({ status: 400, json: { error: { type: 'InvalidInput', run } } })
  })

  test('nothing is made before it is read, a silent stream is kept alive, and one whose reader may not stay ends', async () => {
    let made = 0
    let left = false
    async function* numbers(signal: AbortSignal) {
      try {
        for (made = 1; made <= 1_000; made++) yield made
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      } finally {
        left = true
      }
    }
    const settings = { run: undefined, ends: new AbortController().signal, heartbeat: 20 }
    const slow = eventStream({ stream: numbers }, { ...settings, mayStay: () => Promise.resolve(true) }).body!.getReader()
    await slow.read()
    await slow.read()
    // Whoever would make more without being asked has had its turns.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThanOrEqual(3)
    await slow.cancel()
    expect(left).toBe(true)
    const nothing = (signal: AbortSignal) => silence(signal)
    let asked = 0
    const silent = eventStream({ stream: nothing }, { ...settings, mayStay: () => Promise.resolve(++asked < 3) })
    expect(await silent.text()).toBe(': still here\n\n: still here\n\n')
  })

  async function* silence(signal: AbortSignal): AsyncGenerator<never, void, undefined> {
    yield* await new Promise<never[]>((resolve) => signal.addEventListener('abort', () => resolve([])))
  }

  test('the inbox tells of a question when it opens and when it is answered, and is looked at once for everybody', async () => {
    let looks = 0
    const counted = { ...bench.loopwright, gates: (run?: string) => (looks++, bench.loopwright.gates(run)) }
    const inbox = createInbox(counted)
    const leaving = new AbortController()
    setMaxListeners(0, leaving.signal)
    const followers = Array.from({ length: 20 }, () => inbox.follow(leaving.signal))
    await Promise.all(followers.map((follower) => follower.next()))
    expect(looks).toBeLessThan(10)
    const run = await bench.ask({ kind: 'confirm', question: 'For everybody?' })
    const isAsked = async (follower: (typeof followers)[number], asked: boolean) => {
      for await (const { gates } of { [Symbol.asyncIterator]: () => ({ next: () => follower.next() }) }) {
        if (gates.some((gate) => gate.run === run) === asked) return
      }
    }
    await Promise.all(followers.map((follower) => isAsked(follower, true)))
    const [gate] = await bench.openGates(run)
    await decide(run, gate!, 'yes', 'approver')
    inbox.look()
    await Promise.all(followers.map((follower) => isAsked(follower, false)))
    leaving.abort()
    await Promise.all(followers.map((follower) => follower.return()))
  })
})

describe('what is answered', () => {
  test('OpenAPI names every route once, and every reference leads somewhere', async () => {
    const { json } = await api.ask('get', '/openapi.json')
    const document = z
      .object({
        openapi: z.literal('3.1.0'),
        paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
        components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
      })
      .parse(json)
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    expect(operations.toSorted()).toEqual(Object.keys(routes).toSorted())
    const references = [...JSON.stringify(json).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = '']) => to)
    expect(references.length).toBeGreaterThan(Object.keys(routes).length)
    for (const to of new Set(references))
      expect(Object.keys(document.components.schemas)).toContain(to.replace(/^#\/components\/schemas\//, ''))
  })

  test('every answer about a run has the shape that its route names', async () => {
    const run = await bench.ask({ kind: 'confirm', question: 'Fits?' })
    const [gate] = await bench.openGates(run)
    const places = [
      'showRun',
      'statusOfRun',
      'inputOfRun',
      'whyOfRun',
      'traceOfRun',
      'graphOfRun',
      'historiesOfRun',
      'artifactsOfRun',
      'gatesOfRun',
    ] as const
    const fits = async (name: RouteName, path: string) => {
      const { status, json } = await get(path)
      const { answer }: Route = routes[name]
      expect({ name, status, problem: z.prettifyError((answer as z.ZodType).safeParse(json).error ?? new z.ZodError([])) }).toEqual({
        name,
        status: 200,
        problem: '',
      })
      return json
    }
    for (const name of places) await fits(name, routes[name].path.replace('{run}', run))
    await decide(run, gate!, 'yes', 'approver')
    await bench.loopwright.ended(run)
    for (const name of places) if (name !== 'statusOfRun') await fits(name, routes[name].path.replace('{run}', run))
    expect(await fits('listRuns', '/runs?workflow=asking&limit=5')).toMatchObject({
      runs: expect.arrayContaining([expect.objectContaining({ run })]),
    })
    for (const name of ['gates', 'workflows', 'schedules', 'holds', 'cases', 'facts', 'health', 'me'] as const)
      await fits(name, routes[name].path)
    expect(await fits('costs', '/costs?since=0&by=stage')).toMatchObject({ by: 'stage' })
    expect(await fits('resolveRun', `/resolve?prefix=${run.slice(0, -3)}`)).toEqual({ run })
    expect(await fits('workflow', '/workflows/testAndFix')).toMatchObject({ name: 'testAndFix' })
  })

  test('an artifact is given as bytes that a browser saves, and nothing else under that path is', async () => {
    const page = '<script>alert(1)</script>'
    const { sha256 } = await bench.loopwright.store.put(page)
    const response = await api.stream(`/artifacts/${sha256}`, api.tokens.viewer)
    expect(await response.text()).toBe(page)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    for (const other of ['0'.repeat(64), '..%2F..%2Ftokens.json', 'tokens.json'])
      expect(await get(`/artifacts/${other}`)).toMatchObject({ status: 404 })
  })

  test('schedules are made, paused, resumed, run and removed', async () => {
    const body = { schedule: 'nightly', workflow: 'asking', input: { gates: [{ kind: 'confirm' }] }, cron: '0 3 * * *' }
    expect(await post('/schedules', body)).toMatchObject({ status: 200 })
    expect(await post('/schedules', body)).toMatchObject({ status: 409, json: { error: { type: 'ScheduleExists' } } })
    for (const what of ['pause', 'resume', 'remove'])
      expect(await post(`/schedules/nightly/${what}`, {})).toMatchObject({ status: 200, json: { done: true } })
    expect(await post('/schedules/nightly/pause', {})).toMatchObject({
      status: 404,
      json: { error: { type: 'NoSuchSchedule', effect: 'no' } },
    })
  })
})

describe('bad input', () => {
  const shaped = (row: BadRequest, gate: Gate & { run: string }) => {
    const filled = (text: string) => text.replaceAll('"GATE"', JSON.stringify(gate.gate)).replaceAll('DIGEST', gate.digest)
    const body = row.text ?? (row.method === 'get' ? undefined : filled(JSON.stringify(row.body)))
    return { path: row.path.replaceAll('RUN', gate.run), ...(body === undefined ? {} : { body }) }
  }

  test('each bad request is answered in a sentence with what to do, does nothing, and the next one is answered, too', async () => {
    const run = await bench.ask({ kind: 'confirm', question: 'Still open?' })
    const [gate] = await bench.openGates(run)
    const before = (await bench.loopwright.list({ limit: 1_000 })).runs.map((one) => one.run)
    // A generous token: it is not the pace that refuses them.
    let now = 0
    api.place.pace = createPace(() => (now += 60_000))
    const found: unknown[] = []
    const times: Timed[] = []
    for (const row of badRequests) {
      const { path, body } = shaped(row, gate!)
      const headers = { authorization: `Bearer ${api.tokens.admin}`, 'content-type': 'application/json' }
      const { result, time } = await timed(row.name, () => api.raw(row.method ?? 'post', path, headers, body))
      const { status, json } = result
      times.push(time)
      const text = JSON.stringify(json)
      const told = row.status === 200 || ErrorShape.safeParse(json).success
      const message = ErrorShape.safeParse(json).data?.error.message ?? text
      if (status !== row.status || !row.says.test(row.status === 200 ? text : message) || !told || /\n\s+at |^Unexpected/.test(message))
        found.push({ ...row, says: String(row.says), body: body?.slice(0, 200), was: { status, json } })
    }
    expect(found).toEqual([])
    expect(times.filter(({ cpuMilliseconds }) => cpuMilliseconds > 2_000)).toEqual([])
    printSlowest('bad requests', times)
    expect((await bench.openGates(run))[0]).toEqual(gate)
    expect((await decisionsOf(run)).filter(({ accepted }) => accepted)).toEqual([])
    expect((await bench.loopwright.list({ limit: 1_000 })).runs.map((one) => one.run)).toEqual(before)
    expect((await get('/schedules')).json).toEqual([])
    expect((await get('/holds')).json).toEqual([])
  })

  test.each(badPolicies)('a policy that is or has %s is refused with what is wrong, and nothing is done', (_what, given, says) => {
    expect(() => policyOf(given, 'The policy file')).toThrow(
      expect.objectContaining({ type: 'PolicyRefused', message: expect.stringMatching(says) }),
    )
  })

  test('each tool call and each patch that a model may not make is answered with why, and changes nothing', async () => {
    const { use, files, workspace } = await toolBench({ 'a.txt': 'one\n' })
    const { commit } = workspace
    const before = await files()
    const found: unknown[] = []
    const times: Timed[] = []
    for (const [name, tool, given, says] of badCalls) {
      const { result, time } = await timed(name, () => use(tool, given as { [key: string]: Json }))
      const { failed, text } = result
      times.push(time)
      if (!failed || !says.test(text) || /\n\s+at /.test(text)) found.push({ name, failed, text })
    }
    expect(found).toEqual([])
    expect(times.filter(({ cpuMilliseconds }) => cpuMilliseconds > 2_000)).toEqual([])
    printSlowest('bad tool calls', times)
    expect({ commit: workspace.commit, files: await files() }).toEqual({ commit, files: before })
    removeFolders()
  })

  test('with those of the command line there are more than 200', () => {
    expect(new Set(badRequests.map(({ name }) => name)).size).toBe(badRequests.length)
    expect(badRequests.length + badPolicies.length + badCalls.length + badInputs.length).toBeGreaterThan(200)
  })
})

describe('who is let in', () => {
  test('a one-time code holds once, a session as long as its token, and a token until it is taken back or expires', async () => {
    const { sessions } = api.place
    const code = sessions.invite({ name: 'ada', roles: ['viewer'] })
    const once = await api.ask('post', '/session', { body: { code } })
    expect(once).toMatchObject({ status: 200, json: { name: 'ada', roles: ['viewer'] } })
    expect(await api.ask('post', '/session', { body: { code } })).toMatchObject({
      status: 401,
      json: { error: { message: expect.stringContaining('used already') } },
    })
    const { token } = z.object({ token: z.string() }).parse(once.json)
    expect((await api.ask('get', '/me', { token })).json).toEqual({ name: 'ada', roles: ['viewer'], vouched: true })
    await api.ask('post', '/session/end', { token, body: {} })
    expect(await api.ask('get', '/me', { token })).toMatchObject({ status: 401 })

    const known = await api.place.tokens.read()
    const opened = await api.ask('post', '/session', { body: { token: api.tokens.viewer } })
    const browser = z.object({ token: z.string() }).parse(opened.json).token
    expect(await api.ask('get', '/me', { token: browser })).toMatchObject({ status: 200 })
    const stored = known.find(({ name }) => name === 'the viewer')!
    stored.expires = Date.now() - 1
    expect(await api.ask('get', '/me', { token: browser })).toMatchObject({ status: 401 })
    expect(await api.ask('get', '/me', { token: api.tokens.viewer })).toMatchObject({ status: 401 })
    delete stored.expires
    expect(await api.ask('get', '/me', { token: browser })).toMatchObject({ status: 200 })
  })

  test('whoever sends too much is told so and does nothing, and a run is told a few things at once', async () => {
    let now = 0
    const pace = createPace(() => now)
    const sent = Array.from({ length: 400 }, () => {
      try {
        return pace.count('ada')
      } catch (problem) {
        return problem
      }
    })
    expect(sent.filter((problem) => problem === undefined)).toHaveLength(300)
    expect(sent.at(-1)).toMatchObject({ type: 'TooMany', message: 'ada sends more than 20 messages a second; nothing was sent' })
    expect(() => pace.count('grace')).not.toThrow()
    now += 1_000
    expect(() => pace.count('ada')).not.toThrow()
    let busy = 0
    let most = 0
    const send = async () => {
      most = Math.max(most, ++busy)
      await new Promise((resolve) => setImmediate(resolve))
      busy--
    }
    const line = await Promise.allSettled(Array.from({ length: 400 }, () => pace.inTurn('run', send)))
    expect({ most, done: line.filter(({ status }) => status === 'fulfilled').length }).toEqual({ most: 4, done: 304 })
  })
})
