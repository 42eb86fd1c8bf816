import { expect, test } from '@jest/globals'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { type Gate, type Status } from '../contract/messages.ts'
import { type Outcome } from '../contract/outcome.ts'
import { stagesIn } from '../contract/stages.ts'
import { type LoopFixture, type Property } from './loop-fixtures/fixture.ts'
import { type LoopGround, type LoopRun, type Play, pricedModel } from './support/loop-ground.ts'

const hangs: Play = () => ({ hang: true })
/** More than any of these checks needs, so that only the limit in question stops a run. */
const wide = { attempts: 10, stalls: 10 }
const oneAtATime = { concurrency: 1 }

/** What every workflow does, whatever it is for. What one lacks is said, and that it lacks it is shown. */
export function loopContract(fixture: LoopFixture, ground: () => LoopGround): void {
  const { name, accepts, never, wavers, lacks, objection, slow, blocks } = fixture
  const looping = lacks.loop === undefined
  const steered = lacks.agent === undefined
  let plain: LoopRun | undefined
  /** One of `never` that has used up two attempts. */
  let exhausted: LoopRun | undefined
  const start = (play: Play, limits: object = {}, more: object = {}) => ground().start(fixture, play, { input: { limits, ...more } })

  const seams = slow ? [1] : [1, 2, 3]
  test(`${name} ends accepted, alike when it continues as new after every step${slow ? '' : ', second or third one'}, is forgotten between them and refused at each question, and every history replays`, async () => {
    const continued = seams.map((seamEvery, index) => {
      const rough = index === seams.length - 1
      const how = { carried: { seamEvery }, ...(rough ? { queue: ground().forgetful } : {}) }
      return ground().start(fixture, rough ? refusingOnce(accepts()) : accepts(), how)
    })
    const runs = await Promise.all([ground().start(fixture, accepts(), { chain: true }), ...continued])
    const outcomes = await Promise.all(runs.map((run) => run.outcome()))
    expect(outcomes[0]).toMatchObject({ status: 'accepted', value: expect.anything() })
    expect(await ground().kept(outcomes[0]!)).toMatchObject({ workflow: name, outcome: { status: 'accepted' } })
    for (const outcome of outcomes) expect(await comparable(outcome)).toEqual(await comparable(outcomes[0]!))
    expect(runs.at(-1)!.asked().length).toBeGreaterThan(runs[0].asked().length)
    plain = runs[0]
    expect(await ground().cases(plain)).toEqual([])
    expect(await ground().divergences(runs.slice(0, 2))).toEqual([])
  })

  test(`${name} asks in each stage the model that its declaration draws, and judges are not the model that works`, async () => {
    const run = await accepted()
    const models = [run.model, run.next].map((model) => `openai/${model}`)
    const declaration: Declaration = declarations[name]
    const drawn = stagesIn(declaration.stages!(declaration.input.parse({ ...fixture.input(), models })))
    const asked = await ground().askedInStages(run)
    expect(asked.size).toBeGreaterThan(0)
    const expected = [...asked.keys()].map((stage) => [stage, drawn.find((one) => one.name === stage)?.models?.[0]])
    expect([...asked]).toEqual(expected)
    for (const judge of fixture.judges ?? []) expect(asked.get(judge)).toBe(judge === 'reviewer-2' ? models[0] : models[1])
  })

  test(`${name} never spends more than its tokens or dollars, by the count of the provider itself`, async () => {
    const { tokens = 6_000 } = fixture
    const { counts } = ground().server
    const before = counts.chargedTokens
    await expectStopped(await start(greedy(never()), { ...wide, tokens }), 'tokens')
    expect(counts.chargedTokens - before).toBeLessThanOrEqual(tokens)
    expect(counts.chargedTokens - before).toBeGreaterThan(tokens / 2)
    const spent = counts.chargedMicroDollars
    const dollars = 0.03
    const model = pricedModel(fixture)
    const run = await ground().start(fixture, greedy(never()), { model, input: { limits: { ...wide, dollars } } })
    const outcome = await expectStopped(run, 'dollars')
    expect(counts.chargedMicroDollars - spent).toBeLessThanOrEqual(dollars * 1e6)
    expect(counts.chargedMicroDollars - spent).toBeGreaterThan((dollars * 1e6) / 2)
    expect(outcome.spent.microDollars).toBeGreaterThanOrEqual(counts.chargedMicroDollars - spent)
    expect(outcome.spent.microDollars).toBeLessThanOrEqual(dollars * 1e6)
  })

  test(`${name} is stopped by time and by a person, and nothing of it is left running`, async () => {
    const [slow, stopped] = await Promise.all([start(hangs, { minutes: 0.005 }), start(hangs)])
    await asked(stopped)
    await stopped.handle.cancel()
    const outcomes = await Promise.all([expectStopped(slow, 'minutes'), expectStopped(stopped, 'cancelled')])
    await ground().server.when(({ inFlight }) => inFlight === 0)
    for (const { spent } of outcomes) expect(spent.attempts).toBeLessThanOrEqual(1)
    expect(await ground().divergences([stopped])).toEqual([])
  })

  test(`${name} starts no step while it is paused, goes on when it is resumed${steered ? ', hears steering once' : ''}, ${looping ? 'and stops with its best after the attempts that it was extended to' : 'and is accepted'}`, async () => {
    const { play, release } = held(looping ? never() : accepts())
    const run = await start(play, { ...oneAtATime, ...(looping ? { ...wide, attempts: 1 } : {}) })
    const tell = async (message: string, content: object) =>
      expect(await run.handle.executeUpdate(message, { args: [content] })).toEqual({ accepted: true })
    await asked(run)
    await tell('pause', {})
    if (looping) await tell('extend', { limits: { attempts: 2 } })
    if (steered) await tell('steer', { text: 'Mind the moon.' })
    release()
    // The step that was in flight is finished and kept.
    const status = await untilStatus(run, ({ open }) => !open.some(({ kind }) => kind === 'model'))
    expect(status.status).toBe('paused')
    expect(run.asked()).toHaveLength(1)
    await tell('resume', {})
    const outcome = looping ? await expectStopped(run, 'attempts') : await run.outcome()
    expect(outcome).toMatchObject(looping ? { spent: { attempts: 2 } } : { status: 'accepted' })
    expect(run.asked().length).toBeGreaterThan(1)
    const heard = run.asked().map(({ messages }) => messages.map(({ content }) => String(content)))
    if (looping && lacks.feedback === undefined) {
      expect(heard[0]!.join('\n')).not.toMatch(objection!)
      expect(heard.some((said) => objection!.test(said.join('\n')))).toBe(true)
    }
    if (steered) expect(Math.max(...heard.map((said) => said.filter((text) => text.includes('Mind the moon.')).length))).toBe(1)
    exhausted = run
  })

  if (looping && (blocks || lacks.fallback !== undefined)) {
    test(`${name} stops by no progress, and that is not called accepted`, async () => {
      expect((await expectStopped(await start(never(), { ...wide, stalls: 2 }), 'stalls')).why).toMatch(/brought no progress/)
    })
  } else if (!looping)
    lacking('loop', async () => {
      expect(await plainPaths()).not.toContain('attempt#')
    })

  if (looping && lacks.best === undefined) {
    test(`${name} keeps the best of its attempts, also across continuing as new`, async () => {
      const input = { limits: { ...wide, attempts: 3 } }
      const run = await ground().start(fixture, wavers!(), { input, carried: { seamEvery: 2 } })
      expect(await expectStopped(run, 'attempts')).toMatchObject({ best: { attempt: 2 }, fallback: 'best' })
    })
  } else if (lacks.best !== undefined)
    lacking('best', async () => {
      const outcome = await (await twice()).outcome()
      expect(outcome).not.toHaveProperty('best')
    })

  if (lacks.feedback !== undefined)
    lacking('feedback', async () => {
      const run = await twice()
      const { best } = await run.outcome()
      const [first] = best?.verdict.objections ?? []
      expect(first?.text).toEqual(expect.any(String))
      expect(
        run
          .asked()
          .map(({ messages }) => JSON.stringify(messages))
          .join('\n'),
      ).not.toContain(first!.text)
    })

  if (lacks.fallback === undefined) {
    test(`${name} ${blocks ? '' : 'stops by no progress, and '}walks its fallback in the order in which it stands`, async () => {
      const second = ground().cast(never())
      const third = ground().cast(never())
      const fallback = [`openai/${second}`, 'human', { models: [`openai/${third}`] }, 'best']
      const [reason, limit] = blocks ? (['attempts', { attempts: 1 }] as const) : (['stalls', { stalls: 2 }] as const)
      const run = await start(never(), { ...wide, ...limit }, { fallback })
      const gate = await untilGate(run)
      if (!blocks) expect(gate.question).toMatch(/brought no progress/)
      expect(ground().server.counts.byModel[third]).toBeUndefined()
      const { requests } = ground().server
      expect(requests.some(({ model }) => model === second)).toBe(true)
      await run.handle.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'no' }] })
      const outcome = await expectStopped(run, reason)
      expect(outcome.fallback).toBe('best')
      // Each of the two models has two; before them there is one, or what it takes to see that nothing gets better.
      const { attempts } = outcome.spent
      expect({ attempts, fits: blocks ? attempts === 5 : attempts >= 6 && attempts <= 8 }).toMatchObject({ fits: true })
      expect(requests.some(({ model }) => model === third)).toBe(true)
    })
  } else
    lacking('fallback', async () => {
      const input = { ...fixture.input(), models: 'openai/any' }
      const { input: schema } = declarations[name]
      expect(schema.safeParse(input).success).toBe(true)
      expect(schema.safeParse({ ...input, fallback: ['best'] }).success).toBe(false)
    })

  if (!steered)
    lacking('agent', async () => {
      expect(await plainPaths()).not.toContain('turn#')
    })

  function lacking(property: Property, shown: () => Promise<void>): void {
    test(`${name} has no ${property}: ${lacks[property]}`, shown)
  }

  /** A stop is a result: with the reason, in words, kept as a case, and never with a value. */
  async function expectStopped(run: LoopRun, reason: string): Promise<Outcome<unknown>> {
    const outcome = await run.outcome()
    expect(outcome).toMatchObject({ status: 'stopped', reason, why: expect.stringMatching(/\w.*\.$/s) })
    expect(outcome).not.toHaveProperty('value')
    expect(await ground().kept(outcome)).toMatchObject({ workflow: name, outcome: { status: 'stopped', reason } })
    const { certificate } = outcome
    expect(await ground().cases(run)).toMatchObject([{ workflow: name, status: 'stopped', reason, why: outcome.why, certificate }])
    return outcome
  }

  /** What must be the same however often a run continued. On a machine that is too busy a call may be lost, which is charged whole and made again. */
  async function comparable(outcome: Outcome<unknown>) {
    const { status, value, spent } = outcome
    const { models } = await ground().kept(outcome)
    const lost = Object.values(models).reduce((sum, record) => sum + record.lost, 0)
    // A delivered branch is named for its run.
    const { branch: _, commit: __, ...same } = (typeof value === 'object' && value !== null ? value : { value }) as Record<string, unknown>
    return { status, value: same, attempts: spent.attempts, tokens: lost > 0 ? expect.any(Number) : spent.tokens }
  }

  async function asked({ model }: LoopRun): Promise<void> {
    await ground().server.when(({ byModel }) => (byModel[model] ?? 0) > 0)
  }

  /** The accepted run; one made for it where that test was left out. */
  async function accepted(): Promise<LoopRun> {
    plain ??= await ground().start(fixture, accepts(), { chain: true })
    await plain.outcome()
    return plain
  }

  /** The run that used up its attempts; one made for it where that test was left out. */
  async function twice(): Promise<LoopRun> {
    exhausted ??= await start(never(), { ...wide, attempts: 2 })
    await exhausted.outcome()
    return exhausted
  }

  async function plainPaths(): Promise<string> {
    const { handle } = await accepted()
    const { events } = await handle.fetchHistory()
    return (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityId ?? '').join('\n')
  }
}

/** Answers the first request only when it is released. */
function held(play: Play): { play: Play; release: () => void } {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  return {
    play: async (request) => {
      await released
      return play(request)
    },
    release,
  }
}

/** Refuses each question when it is asked for the first time. */
function refusingOnce(play: Play): Play {
  const refused = new Set<string>()
  return (request) => {
    const question = JSON.stringify(request.messages)
    if (refused.has(question)) return play(request)
    refused.add(question)
    return { error: { status: 429, retryAfter: 0 } }
  }
}

/** Charges as much for each reply as it was allowed to. */
function greedy(play: Play): Play {
  return async (request) => {
    const reply = await play(request)
    const spoken = typeof reply === 'string' ? { text: reply } : reply
    return 'error' in spoken ? spoken : { ...spoken, usage: { output: request.maxTokens ?? 0 } }
  }
}

async function untilStatus({ handle }: LoopRun, fits: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const status = await handle.query<Status>('status')
    if (fits(status)) return status
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function untilGate({ handle }: LoopRun): Promise<Gate> {
  for (;;) {
    const [gate] = await handle.query<Gate[]>('gates')
    if (gate) return gate
    const { status, why } = await handle.query<Status>('status')
    if (['done', 'stopped', 'failed'].includes(status)) throw new Error(`The run ended without asking anybody: ${why}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
