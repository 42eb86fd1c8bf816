import { afterEach, expect, test } from '@jest/globals'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createCallModel } from '../activities/model/index.ts'
import { cachedStore } from '../activities/model/cached-store.ts'
import { appendTranscript, readTranscript } from '../activities/model/transcript.ts'
import { type Message, type ModelReply } from '../contract/models.ts'
import { folderStore } from '../store/folder.ts'
import { type ArtifactStore } from '../store/store.ts'
import { asking, closeServers, failureOf, modelAt, newWorld } from './model.fixture.ts'

afterEach(closeServers)

const says = (content: string): Message => ({ role: 'user', content })

async function chain(store: ArtifactStore, texts: string[]): Promise<string[]> {
  const heads: string[] = []
  for (const text of texts) heads.push(await appendTranscript(store, await readTranscript(store, heads.at(-1)), [says(text)]))
  return heads
}

/** The same store, counting what is read, and how many reads had to wait for another. */
function watched(store: ArtifactStore) {
  const counts = { reads: 0, waits: 0 }
  let inFlight = 0
  const text = async (sha256: string) => {
    counts.reads += 1
    if (inFlight === 0) counts.waits += 1
    inFlight += 1
    const read = await store.text(sha256)
    inFlight -= 1
    return read
  }
  const watching: ArtifactStore = { ...store, text }
  return { store: watching, counts }
}

test('a conversation reads back whole from its head, and from any node of it', async () => {
  const { store } = await newWorld()
  const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`)
  const heads = await chain(cachedStore(store), texts)
  for (const length of [1, 2, 31, 32, 33, 34, 64, 65, 66, 100])
    expect((await readTranscript(store, heads[length - 1])).messages).toEqual(texts.slice(0, length).map(says))
  expect((await readTranscript(store, undefined)).messages).toEqual([])
})

test('a cold worker reads a long conversation in few rounds, a warm one only what is new', async () => {
  const { store } = await newWorld()
  const heads = await chain(
    cachedStore(store),
    Array.from({ length: 300 }, (_, index) => `message ${index}`),
  )
  const cold = watched(store)
  const cached = cachedStore(cold.store)
  await readTranscript(cached, heads[298])
  expect(cold.counts).toEqual({ reads: 299, waits: 11 + 9 })
  await readTranscript(cached, heads[299])
  expect(cold.counts.reads).toBe(300)
})

test('a chain without the index, from before there was one, reads and is continued', async () => {
  const { store } = await newWorld()
  let parent: string | undefined
  for (let depth = 0; depth < 70; depth++)
    parent = (await store.put(JSON.stringify({ ...(parent ? { parent } : {}), depth, messages: [says(`${depth}`)] }))).sha256
  const read = await readTranscript(store, parent)
  expect(read.messages).toEqual(Array.from({ length: 70 }, (_, depth) => says(`${depth}`)))
  const head = await appendTranscript(store, read, [says('70')])
  expect((await readTranscript(store, head)).messages.at(-1)).toEqual(says('70'))
})

test('a node that is gone from the middle is named', async () => {
  const { stateFolder } = await newWorld()
  const real = folderStore(join(stateFolder, 'artifacts'))
  const copies = await chain(real, ['a', 'b', 'c'])
  rmSync(join(stateFolder, 'artifacts', (copies[1] ?? '').slice(0, 2), (copies[1] ?? '').slice(2)))
  expect(await failureOf(readTranscript(real, copies[2]))).toMatchObject({
    type: 'ArtifactMissing',
    message: expect.stringContaining(copies[1] ?? 'none'),
  })
})

test('a fork shares its parent, and the same messages have the same hash in any store', async () => {
  const { store } = await newWorld()
  const [one, two] = await chain(store, ['a', 'b'])
  const parent = await readTranscript(store, one)
  const fork = await appendTranscript(store, parent, [says('c')])
  expect(fork).not.toBe(two)
  expect((await readTranscript(store, fork)).messages).toEqual([says('a'), says('c')])
  expect(await chain((await newWorld()).store, ['a', 'b'])).toEqual([one, two])
})

test('what is missing, and what is no transcript, is a typed failure', async () => {
  const { store } = await newWorld()
  expect(await failureOf(readTranscript(store, 'f'.repeat(64)))).toMatchObject({ type: 'ArtifactMissing' })
  for (const text of ['hello', '{"a":1}', '[]']) {
    const { sha256 } = await store.put(text)
    expect(await failureOf(readTranscript(store, sha256))).toMatchObject({
      type: 'ArtifactMissing',
      message: expect.stringContaining('not part of a transcript'),
    })
  }
})

test('the cache forgets what was not read for longest, and never gives another text', async () => {
  const { store } = await newWorld()
  const refs = await Promise.all(['a', 'b', 'c', 'd'].map((letter) => store.put(letter.repeat(100))))
  const cold = watched(store)
  const cached = cachedStore(cold.store, 400)
  const read = async (index: number) => (await cached.text(refs[index]?.sha256 ?? ''))[0]
  expect([await read(0), await read(1), await read(2), await read(0)]).toEqual(['a', 'b', 'c', 'a'])
  const large = cachedStore(cold.store, 300)
  await large.text(refs[3]?.sha256 ?? '')
  await large.text(refs[3]?.sha256 ?? '')
  expect(cold.counts.reads).toBe(5)
  const extra = await store.put('e'.repeat(100))
  const more = await store.put('f'.repeat(100))
  await cached.text(extra.sha256)
  await cached.text(more.sha256)
  expect([await read(0), await read(1)]).toEqual(['a', 'b'])
  expect(cold.counts.reads).toBe(8)
})

test('another worker goes on where the first was, with the same bytes and the same hash', async () => {
  const { ask, world, server } = await modelAt(({ messages }) => `${messages.length} messages`)
  const turn = (asker: typeof ask, last?: ModelReply) => asker({ add: [says('go on')], ...(last ? { transcript: last.transcript } : {}) })
  const second = await turn(ask, await turn(ask))
  const other = asking(createCallModel(world))
  expect(await turn(other, second)).toEqual(await turn(ask, second))
  expect(server.requests.at(-1)?.messages).toEqual(server.requests.at(-2)?.messages)
  expect(server.requests.at(-1)?.messages).toHaveLength(5)
})
