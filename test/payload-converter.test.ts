import { expect, test } from '@jest/globals'
import { payloadConverter } from '../contract/payload-converter.ts'

test('numbers that JSON would silently change are refused, and the place is named', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    expect(() => payloadConverter.toPayload({ verdict: { scores: [1, bad] } })).toThrow(`value.verdict.scores.1 is ${bad}`)
  }
})

test('a value over 64 KiB is refused with what to do instead, and one below it passes', () => {
  expect(() => payloadConverter.toPayload('x'.repeat(70_000))).toThrow(
    /70002 bytes is over the limit of 65536: put it into the artifact store/,
  )
  expect(payloadConverter.fromPayload(payloadConverter.toPayload('x'.repeat(60_000)))).toBe('x'.repeat(60_000))
})
