import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { loopContract } from './loop.contract.ts'
import { fixtures } from './loop-fixtures/index.ts'
import { type LoopGround, openLoopGround, type Play } from './support/loop-ground.ts'

let ground: LoopGround
beforeAll(async () => {
  ground = await openLoopGround(fixtures)
})
afterAll(() => ground.close())

test('every workflow of the catalogue that asks a model is held by the contract', () => {
  const asking = Object.entries<Declaration>(declarations).filter(
    ([, { models, input, example }]) => models(input.parse(example)).length > 0,
  )
  expect(fixtures.map(({ name }) => name).toSorted()).toEqual(asking.map(([name]) => name).toSorted())
})

for (const fixture of fixtures) {
  describe(fixture.name, () => loopContract(fixture, () => ground))
}

/** One whose steps are single questions, one with branches, and one with an agent: what they are built from is the same for all. */
for (const fixture of fixtures.filter(({ name }) => ['evaluatorOptimizer', 'sectioning', 'agentLoop'].includes(name))) {
  test(`${fixture.name} ends alike when each of its model calls fails once`, async () => {
    const input = { limits: { concurrency: 1 } }
    const [smooth, rough] = await Promise.all([
      ground.start(fixture, fixture.accepts(), { input }),
      ground.start(fixture, failingOnce(fixture.accepts()), { input }),
    ])
    expect(await rough.outcome()).toMatchObject({ status: 'accepted', value: (await smooth.outcome()).value })
    expect(rough.asked().length).toBeGreaterThanOrEqual(2 * smooth.asked().length)
  })

  test(`${fixture.name} ends alike when its worker is replaced during each of its model calls`, async () => {
    const smooth = await ground.start(fixture, fixture.accepts())
    const play = fixture.accepts()
    let replaced = 0
    const limits = { concurrency: 1 }
    const rough = await ground.start(
      fixture,
      async (request) => {
        await ground.bench.replaceWorker()
        replaced++
        return play(request)
      },
      { input: { limits } },
    )
    const [expected, outcome] = [await smooth.outcome(), await rough.outcome()]
    expect(outcome).toMatchObject({ status: 'accepted', value: expected.value, spent: { attempts: expected.spent.attempts } })
    expect(replaced).toBeGreaterThanOrEqual(smooth.asked().length)
  })
}

/** Refuses every other request: each question is answered when it is asked again. Holds for a run that asks one at a time. */
function failingOnce(play: Play): Play {
  let refused = false
  return (request) => {
    refused = !refused
    return refused ? { error: { status: 429, retryAfter: 0 } } : play(request)
  }
}
