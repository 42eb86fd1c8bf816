import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTokens } from '../console/tokens.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loopwright-tokens-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const books = () => [openTokens({}, folder), openTokens({}, folder)]

test('tokens that are made and taken back at once are all made and taken back, and nobody else reads the file', async () => {
  const [one, other] = books()
  await one!.add({ name: 'old', roles: ['viewer'] })
  const names = Array.from({ length: 20 }, (_, number) => `person-${number}`)
  const made = await Promise.all([
    other!.remove('old'),
    ...names.map((name, number) => (number % 2 ? one! : other!).add({ name, roles: ['viewer'] })),
  ])
  expect(made[0]).toBe(true)
  expect((await one!.read()).map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  expect(readdirSync(folder)).toEqual(['tokens.json'])
  expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600)
})

test('a token that is made while a file that cannot be read stands there changes nothing', async () => {
  const file = join(folder, 'broken.json')
  writeFileSync(file, '{"tokens": [')
  const tokens = openTokens({ LOOPWRIGHT_TOKENS: file }, folder)
  await expect(tokens.add({ name: 'ada', roles: [] })).rejects.toThrow(/cannot be read, so nobody is let in/)
  expect(readdirSync(folder).toSorted()).toEqual(['broken.json', 'tokens.json'])
  expect(statSync(file).size).toBe(12)
})

test('what a command left locked that was killed is changed by the next one', async () => {
  writeFileSync(join(folder, 'tokens.json.lock'), JSON.stringify({ pid: 0, started: '' }))
  const [tokens] = books()
  await tokens!.add({ name: 'late', roles: ['viewer'] })
  expect((await tokens!.read()).map(({ name }) => name)).toContain('late')
})
