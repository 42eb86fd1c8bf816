import { expect, test } from '@jest/globals'
import { sha256 } from '../contract/digest.ts'
import { type ArtifactStore } from '../store/store.ts'

/** What the suite needs of a driver: a new empty store, and a second view of the same one, as another process has it. */
export interface StoreUnderTest {
  store: ArtifactStore
  again(): ArtifactStore
  /** Changes the kept bytes of an artifact behind the store's back. */
  damage(sha256: string): Promise<void>
}

const oddKeys = [
  'history/a/b',
  'history/a/b/c',
  'history/A/b',
  '../../escape',
  '/absolute',
  '',
  'dots/..',
  'per%cent/ä€😀\u0000\n*?"<>|\\',
  `long/${'x'.repeat(5_000)}`,
  `long/${'x'.repeat(5_000)}y`,
  'UPPER',
  'upper',
]

/** What every artifact store does, whatever it is built on. */
export function storeContract(open: () => Promise<StoreUnderTest>): void {
  test('bytes and texts come back as they were put', async () => {
    const { store } = await open()
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const ref = await store.put(bytes)
    expect(ref).toEqual({ sha256: sha256(bytes), bytes: 256 })
    expect([...(await store.get(ref.sha256))]).toEqual([...bytes])
    for (const text of ['', '\ufeffmark', 'ä€😀\r\n', 'x'.repeat(3_000_000)]) {
      expect((await store.text((await store.put(text)).sha256)) === text).toBe(true)
    }
  })

  test('the same bytes put twice, or twenty times at once, are one artifact', async () => {
    const { store, again } = await open()
    const refs = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? store : again()).put('the same')))
    expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1)
    expect(await again().text(sha256('the same'))).toBe('the same')
  })

  test('what was never put is missing, whatever its name', async () => {
    const { store } = await open()
    for (const name of [sha256('nothing'), '', '../secret', 'keys/x', 'A'.repeat(64)]) {
      await expect(store.get(name)).rejects.toMatchObject({ name: 'ArtifactMissing' })
      expect(await store.has(name)).toBe(false)
    }
  })

  test('a damaged artifact is noticed, and mended by putting its bytes again', async () => {
    const { store, damage } = await open()
    const ref = await store.put('whole')
    await damage(ref.sha256)
    await expect(store.get(ref.sha256)).rejects.toMatchObject({ name: 'ArtifactMissing' })
    await expect(store.text(ref.sha256)).rejects.toMatchObject({ name: 'ArtifactMissing' })
    expect(await store.has(ref.sha256)).toBe(false)
    await store.put('whole')
    expect(await store.text(ref.sha256)).toBe('whole')
  })

  test('a key points at the last artifact that was pointed at, for every reader', async () => {
    const { store, again } = await open()
    const first = await store.put('first')
    const second = await store.put('second')
    expect(await store.resolve('certificate/run')).toBeUndefined()
    await store.point('certificate/run', first)
    await store.point('certificate/run', second)
    expect(await again().resolve('certificate/run')).toEqual(second)
  })

  test('of many who claim a key at once one wins, everyone hears who, and it stays so', async () => {
    const { store, again } = await open()
    const refs = await Promise.all(Array.from({ length: 20 }, (_, index) => store.put(`claim ${index}`)))
    const told = await Promise.all(refs.map((ref, index) => (index % 2 ? store : again()).claim('effect/one/intent/0', ref)))
    expect(new Set(told.map(({ sha256 }) => sha256)).size).toBe(1)
    const [winner] = told
    expect(refs).toContainEqual(winner)
    expect(await again().resolve('effect/one/intent/0')).toEqual(winner)
    expect(await again().claim('effect/one/intent/0', await store.put('late'))).toEqual(winner)
    expect(await again().claim('effect/one/intent/0', winner!)).toEqual(winner)
    expect(await store.keys('effect/')).toEqual(['effect/one/intent/0'])
  })

  test('keys may hold any character and any length, and stay apart', async () => {
    const { store, again } = await open()
    const refs = await Promise.all(oddKeys.map((key, index) => store.put(`${index}`)))
    await Promise.all(oddKeys.map((key, index) => store.point(key, refs[index]!)))
    expect(await Promise.all(oddKeys.map((key) => again().resolve(key)))).toEqual(refs)
    expect(await again().keys('')).toEqual(oddKeys.toSorted())
  })

  test('what is removed is gone for every reader, its bytes with it; what was half removed can be removed again, and its key taken anew', async () => {
    const { store, again } = await open()
    const [kept, gone] = [await store.put('kept'), await store.put('gone')]
    await store.point('fact/a/1', kept)
    await store.claim('fact/a/2', gone)
    await again().remove('fact/a/2')
    await again().remove('fact/a/3')
    expect(await store.keys('fact/')).toEqual(['fact/a/1'])
    expect([await store.resolve('fact/a/2'), await store.has(gone.sha256), await store.text(kept.sha256)]).toEqual([
      undefined,
      false,
      'kept',
    ])
    await store.point('fact/a/2', gone)
    await store.remove('fact/a/2')
    expect(await again().resolve('fact/a/2')).toBeUndefined()
    expect(await store.claim('fact/a/2', kept)).toEqual(kept)
  })

  test('keys are listed by prefix, sorted', async () => {
    const { store } = await open()
    const ref = await store.put('x')
    for (const key of ['history/b/1', 'history/a/2', 'history/a/1', 'history/ab/1', 'histories/z']) await store.point(key, ref)
    expect(await store.keys('history/a/')).toEqual(['history/a/1', 'history/a/2'])
    expect(await store.keys('history/a')).toEqual(['history/a/1', 'history/a/2', 'history/ab/1'])
    expect(await store.keys('histor')).toEqual(['histories/z', 'history/a/1', 'history/a/2', 'history/ab/1', 'history/b/1'])
    expect(await store.keys('nothing/')).toEqual([])
  })
}
