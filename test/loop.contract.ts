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
  const { name, accepts, never, wavers, lacks, objection, slow } = fixture
  let plain: LoopRun | undefined
  const start = (play: Play, limits: object = {}, more: object = {}) => ground().start(fixture, play, { input: { limits, ...more } })

  test(`${name} ends accepted, alike when it continues as new after every step${slow ? '' : ', second or third one'}, and every history replays`, async () => {
    const runs = await Promise.all(
      [undefined, ...(slow ? [1] : [1, 2, 3])].map((seamEvery) =>
        ground().start(fixture, accepts(), seamEvery ? { carried: { seamEvery } } : { chain: true }),
      ),
    )
    const outcomes = await Promise.all(runs.map((run) => run.outcome()))
    expect(outcomes[0]).toMatchObject({ status: 'accepted', value: expect.anything() })
    expect(await ground().kept(outcomes[0]!)).toMatchObject({ workflow: name, outcome: { status: 'accepted' } })
    for (const outcome of outcomes) expect(await comparable(outcome)).toEqual(await comparable(outcomes[0]!))
    plain = runs[0]!
    expect(await ground().cases(plain)).toEqual([])
    for (const run of [plain, runs[1]!]) expect(await ground().divergences(run)).toEqual([])
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
    expect(await ground().divergences(stopped)).toEqual([])
  })

  test(`${name} starts no step while it is paused, and goes on when it is resumed`, async () => {
    const again = lacks.loop === undefined
    const { play, release } = held(again ? never() : accepts())
    const run = await start(play, { ...oneAtATime, ...(again ? { attempts: 2 } : {}) })
    await asked(run)
    expect(await run.handle.executeUpdate('pause', { args: [{}] })).toEqual({ accepted: true })
    release()
    // The step that was in flight is finished and kept.
    const status = await untilStatus(run, ({ open }) => !open.some(({ kind }) => kind === 'model'))
    expect(status.status).toBe('paused')
    expect(run.asked()).toHaveLength(1)
    expect(await run.handle.executeUpdate('resume', { args: [{}] })).toEqual({ accepted: true })
    expect((await run.outcome()).status).toBe(again ? 'stopped' : 'accepted')
    expect(run.asked().length).toBeGreaterThan(1)
  })

  if (lacks.loop === undefined) {
    test(`${name} stops after its attempts, and by no progress, with its best, and neither is called accepted`, async () => {
      const [two, stalled] = await Promise.all([start(never(), { ...wide, attempts: 2 }), start(never(), { ...wide, stalls: 2 })])
      const outcome = await expectStopped(two, 'attempts')
      expect(outcome.spent.attempts).toBe(2)
      expect((await expectStopped(stalled, 'stalls')).why).toMatch(/brought no progress/)
      const heard = two.asked().map(({ messages }) => JSON.stringify(messages).replaceAll(String.raw`\n`, '\n'))
      if (lacks.feedback === undefined) {
        expect(heard[0]).not.toMatch(objection!)
        expect(heard.some((said) => objection!.test(said))).toBe(true)
      }
    })

    test(`${name} goes on when its attempts are extended while it works`, async () => {
      const { play, release } = held(never())
      const run = await start(play, { ...wide, attempts: 1 })
      await asked(run)
      expect(await run.handle.executeUpdate('extend', { args: [{ limits: { attempts: 2 } }] })).toEqual({ accepted: true })
      release()
      expect((await expectStopped(run, 'attempts')).spent.attempts).toBe(2)
    })
  } else
    lacking('loop', async () => {
      expect(await plainPaths()).not.toContain('attempt#')
    })

  if (lacks.loop === undefined && lacks.best === undefined) {
    test(`${name} keeps the best of its attempts, also across continuing as new`, async () => {
      const input = { limits: { ...wide, attempts: 3 } }
      const run = await ground().start(fixture, wavers!(), { input, carried: { seamEvery: 2 } })
      expect(await expectStopped(run, 'attempts')).toMatchObject({ best: { attempt: 2 }, fallback: 'best' })
    })
  } else if (lacks.best !== undefined)
    lacking('best', async () => {
      const outcome = await (await start(never(), { ...wide, attempts: 2 })).outcome()
      expect(outcome).not.toHaveProperty('best')
    })

  if (lacks.feedback !== undefined)
    lacking('feedback', async () => {
      const run = await start(never(), { ...wide, attempts: 2 })
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
    test(`${name} walks its fallback in the order in which it stands`, async () => {
      const second = ground().cast(never())
      const third = ground().cast(never())
      const fallback = [`openai/${second}`, 'human', { models: [`openai/${third}`] }, 'best']
      const run = await start(never(), { ...wide, attempts: 1 }, { fallback })
      const gate = await untilGate(run)
      expect(ground().server.counts.byModel[third]).toBeUndefined()
      const { requests } = ground().server
      expect(requests.some(({ model }) => model === second)).toBe(true)
      await run.handle.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'no' }] })
      expect(await expectStopped(run, 'attempts')).toMatchObject({ fallback: 'best', spent: { attempts: 5 } })
      expect(requests.some(({ model }) => model === third)).toBe(true)
    })
  } else
    lacking('fallback', async () => {
      const input = { ...fixture.input(), models: 'openai/any' }
      const { input: schema } = declarations[name]
      expect(schema.safeParse(input).success).toBe(true)
      expect(schema.safeParse({ ...input, fallback: ['best'] }).success).toBe(false)
    })

  if (lacks.agent === undefined) {
    test(`${name} hears steering before its next turn, once`, async () => {
      const { play, release } = held(accepts())
      // A turn that neither says nor does anything is followed by another one.
      let silent = true
      const run = await start(async (request) => {
        const reply = await play(request)
        if (!silent || !request.tools.some((tool) => tool.name === 'finish')) return reply
        silent = false
        return { text: '' }
      })
      await asked(run)
      expect(await run.handle.executeUpdate('steer', { args: [{ text: 'Mind the moon.' }] })).toEqual({ accepted: true })
      release()
      expect(await run.outcome()).toMatchObject({ status: 'accepted' })
      const heard = run.asked().map(({ messages }) => messages.filter(({ content }) => String(content).includes('Mind the moon.')).length)
      expect(Math.max(...heard)).toBe(1)
    })
  } else
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
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function untilGate({ handle }: LoopRun): Promise<Gate> {
  for (;;) {
    const [gate] = await handle.query<Gate[]>('gates')
    if (gate) return gate
    const { status, why } = await handle.query<Status>('status')
    if (['done', 'stopped', 'failed'].includes(status)) throw new Error(`The run ended without asking anybody: ${why}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
