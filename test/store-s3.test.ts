import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { sha256 } from '../contract/digest.ts'
import { openStore } from '../store/open.ts'
import { keyOfName, nameOfKey, shortNames } from '../store/s3-keys.ts'
import { storeContract } from './store.contract.ts'
import { account, haveS3, startS3, type S3Server } from './support/s3.ts'

// Skipped loudly: the count of `npm test` says so. `node scripts/s3.mjs` builds the server.
const withServer = haveS3 ? describe : describe.skip

const before = { ...process.env }
afterAll(() => {
  process.env = before
})

withServer('an S3 bucket as artifact store', () => {
  let server: S3Server
  beforeAll(async () => {
    Object.assign(process.env, account)
    server = await startS3()
  })
  afterAll(() => server.close())

  afterEach(() => void Object.assign(process.env, account))

  const open = (prefix: string) => openStore(server.store(prefix), '/nowhere')

  storeContract(async () => {
    const prefix = `runs/${randomUUID()}`
    return {
      store: open(prefix),
      again: () => open(prefix),
      damage: async (hash) => server.write(`${prefix}/content/${hash}`, 'not it'),
    }
  })

  test('stores of other prefixes see nothing of it', async () => {
    const ref = await open('one').put('mine')
    await open('one').point('mine', ref)
    expect(await open('two').has(ref.sha256)).toBe(false)
    expect(await open('on').keys('')).toEqual([])
    expect(await open('').has(ref.sha256)).toBe(false)
    expect(await open('one').keys('')).toEqual(['mine'])
  })

  test('more keys than a page of a listing holds are listed', async () => {
    const store = open('pages')
    const keys = Array.from({ length: 1_050 }, (_, index) => `history/run/${String(index).padStart(4, '0')}`)
    for (const key of keys) server.write(`pages/keys/${nameOfKey(key)}`, '')
    expect(await store.keys('history/run/')).toEqual(keys)
  })

  test.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'the-wrong-secret' }, 'the secret does not belong to the access key'],
    ['an unknown access key', { AWS_ACCESS_KEY_ID: 'somebody' }, 'the server does not know the access key'],
  ])('%s is refused in words, for reading and for writing', async (_, variables, words) => {
    Object.assign(process.env, variables)
    const store = open('refused')
    const refused = { name: 'StoreProblem', message: expect.stringContaining(words) }
    await expect(store.put('x')).rejects.toMatchObject(refused)
    await expect(store.get(sha256('x'))).rejects.toMatchObject(refused)
    await expect(store.resolve('x')).rejects.toMatchObject(refused)
    await expect(store.keys('')).rejects.toMatchObject(refused)
    Object.assign(process.env, account)
    expect(await open('refused').has(sha256('x'))).toBe(false)
  })

  test('a bucket that is not there and a server that does not answer are said in words', async () => {
    const missing = server.store('').replace(server.bucket, 'elsewhere')
    await expect(openStore(missing, '').put('x')).rejects.toMatchObject({ message: expect.stringContaining('there is no such bucket') })
    await expect(openStore(missing, '').get(sha256('x'))).rejects.toMatchObject({ name: 'StoreProblem' })
    const nobody = openStore('s3://artifacts/?endpoint=http://127.0.0.1:9', '')
    await expect(nobody.put('x')).rejects.toMatchObject({ message: expect.stringMatching(/s3:\/\/artifacts\/.*ECONNREFUSED/) })
  })
})

test('the name of a key keeps prefixes, stays apart from every other, and says the key', () => {
  for (const key of ['', 'history/a/b', 'history/a%20b/c', 'A_b', '_0041', '!', '\ud800', 'ä€😀\u0000'])
    expect(keyOfName(nameOfKey(key))).toBe(key)
  expect(nameOfKey('history/a/b').startsWith(shortNames('history/a') ?? 'none')).toBe(true)
  expect(nameOfKey('x'.repeat(201))).toMatch(/^long-[0-9a-f]{64}$/)
  expect(Buffer.byteLength(nameOfKey('€'.repeat(300)))).toBeLessThanOrEqual(255)
  expect(shortNames('x'.repeat(201))).toBeUndefined()
})

test.each([
  's3://',
  's3:/artifacts',
  's3://artifacts/x?bucket=y',
  's3://artifacts/%zz',
  's3://artifacts?endpoint=127.0.0.1:9000',
  's3://key:secret@artifacts/x',
  'https://artifacts.example/x',
])('the address %s of a store is refused, and no secret is said again', (address) => {
  const open = () => openStore(address, '/nowhere')
  expect(open).toThrow(expect.objectContaining({ name: 'StoreProblem', message: expect.stringContaining('s3://bucket/prefix') }))
  expect(open).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret@') }))
})
