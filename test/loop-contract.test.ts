import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { type Outcome } from '../contract/outcome.ts'
import { loopContract } from './loop.contract.ts'
import { fixtures } from './loop-fixtures/index.ts'
import { type LoopGround, openLoopGround } from './support/loop-ground.ts'
import { endWorkers, startWorkerProcess } from './support/worker-process.ts'

let ground: LoopGround
beforeAll(async () => {
  ground = await openLoopGround(fixtures)
})
afterAll(async () => {
  endWorkers()
  await ground.close()
})

test('every workflow of the catalogue that asks a model is held by the contract', () => {
  const asking = Object.entries<Declaration>(declarations).filter(
    ([, { models, input, example }]) => models(input.parse(example)).length > 0,
  )
  expect(fixtures.map(({ name }) => name).toSorted()).toEqual(asking.map(([name]) => name).toSorted())
})

for (const fixture of fixtures) {
  describe(fixture.name, () => loopContract(fixture, () => ground))
}

test('every workflow ends alike when the process that runs it is killed while a model answers, and again later on', async () => {
  const taskQueue = `${ground.bench.taskQueue}-killed`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-killed-'))
  const environment = { ...ground.environment, LOOPWRIGHT_ARTIFACTS: join(ground.bench.stateFolder, 'artifacts') }
  const { server } = ground
  const cast = await Promise.all(
    fixtures.map(async (fixture) => {
      const play = fixture.accepts()
      let asked = 0
      // The second question that is lost is the first one that comes after what was lost before has been asked again.
      const run = await ground.start(fixture, (request) => ([1, 3].includes(++asked) ? { hang: true } : play(request)), {
        queue: taskQueue,
      })
      const state = { fixture, run, ended: false, outcome: run.outcome() }
      void state.outcome.then(() => (state.ended = true))
      return state
    }),
  )
  for (const lost of [1, 3]) {
    const worker = startWorkerProcess(taskQueue, stateFolder, environment)
    await until(() => cast.every(({ run, ended }) => ended || (server.counts.byModel[run.model] ?? 0) >= lost))
    worker.kill('SIGKILL')
  }
  startWorkerProcess(taskQueue, stateFolder, environment)
  for (const { fixture, run, outcome } of cast) {
    const { certificate, ...ended } = await outcome
    expect({ name: fixture.name, ...ended }).toMatchObject({ name: fixture.name, status: 'accepted' })
    const { models } = await ground.kept({ certificate } as Outcome<unknown>)
    const { tries, lost } = models[`openai/${run.model}`]!
    // Each question is a try of its own; a try that was killed before it asked is one too.
    const { length: asked } = run.asked()
    expect({ name: fixture.name, tries, asked, fits: tries >= asked }).toMatchObject({ fits: true })
    expect(lost).toBeGreaterThanOrEqual(1)
    expect(ended.spent.tokens).toBeGreaterThan(0)
  }
}, 240_000)

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 50))
}
