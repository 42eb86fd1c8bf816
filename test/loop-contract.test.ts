import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { loopContract } from './loop.contract.ts'
import { fixtures } from './loop-fixtures/index.ts'
import { type LoopGround, openLoopGround } from './support/loop-ground.ts'

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
