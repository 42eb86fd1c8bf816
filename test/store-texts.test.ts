import { afterAll, expect, test } from '@jest/globals'
import { createArtifactActivities } from '../activities/artifacts/activities.ts'
import { keepText, resolveReferences, resolveText } from '../activities/artifacts/texts.ts'
import { refOf } from '../contract/digest.ts'
import { newWorld, removeFolders } from './workspace.fixture.ts'

afterAll(removeFolders)

test('texts go into the store and come back, at most 48 KiB at once', async () => {
  const { putArtifacts, getArtifacts } = createArtifactActivities(newWorld())
  const texts = ['', 'ä', 'x'.repeat(24 * 1024)]
  const refs = await putArtifacts(texts)
  expect(refs).toEqual(texts.map(refOf))
  expect(await getArtifacts(refs)).toEqual(texts)
  const most = refOf('x'.repeat(24 * 1024))
  expect(await getArtifacts([most, most])).toHaveLength(2)
  await expect(getArtifacts([most, most, refOf('ä')])).rejects.toMatchObject({ type: 'PayloadRefused', nonRetryable: true })
})

test('a text stays inline up to its limit in bytes, and is a reference above', async () => {
  const { store } = newWorld()
  expect(await keepText(store, 'ää', 4)).toBe('ää')
  const ref = await keepText(store, 'ää', 3)
  expect(ref).toEqual(refOf('ää'))
  expect(await resolveText(store, ref)).toBe('ää')
  expect(await resolveText(store, 'inline')).toBe('inline')
})

test('references anywhere in a value are replaced by their texts; what only looks like one stays', async () => {
  const { store } = newWorld()
  const ref = { ...(await store.put('text')) }
  const value = { a: ref, b: [1, null, { c: ref }], d: { sha256: 'short', bytes: 1 }, e: { ...ref, more: true } }
  expect(await resolveReferences(store, value)).toEqual({ ...value, a: 'text', b: [1, null, { c: 'text' }] })
})

test('a text that is not in the store is a failure that says what to do', async () => {
  const { store } = newWorld()
  await expect(resolveText(store, refOf('gone'))).rejects.toMatchObject({
    type: 'ArtifactMissing',
    nonRetryable: true,
    details: [{ effect: 'no', next: expect.any(String) }],
  })
})
