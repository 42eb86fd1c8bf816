import { expect, test } from '@jest/globals'
import { digest, refOf } from '../contract/digest.ts'

test('a large string and its reference have the same digest', () => {
  const text = 'x'.repeat(10_000)
  expect(digest({ content: text })).toBe(digest({ content: refOf(text) }))
})

test('the order of keys and undefined members do not change a digest', () => {
  expect(digest({ a: 1, b: undefined, c: [{ e: 1, d: 2 }] })).toBe(digest({ c: [{ d: 2, e: 1 }], a: 1 }))
})
