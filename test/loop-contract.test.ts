import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { declarations } from '../contract/declarations.ts'
import { loopContract } from './loop.contract.ts'
import { fixtures } from './loop-fixtures/index.ts'
import { type LoopGround, openLoopGround } from './support/loop-ground.ts'

let ground: LoopGround
beforeAll(async () => {
  ground = await openLoopGround(fixtures)
})
afterAll(() => ground.close())

test('every workflow of the catalogue is held by the contract', () => {
  expect(fixtures.map(({ name }) => name).toSorted()).toEqual(Object.keys(declarations).toSorted())
})

for (const fixture of fixtures) {
  describe(fixture.name, () => loopContract(fixture, () => ground))
}
