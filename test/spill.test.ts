import { expect, test } from '@jest/globals'
import { piecesOf } from '../workflows/core/spill.ts'

test('a text is cut into pieces that each survive UTF-8, wherever its surrogate pairs lie', () => {
  for (const before of ['', 'x']) {
    const text = before + '😀'.repeat(20_000)
    const pieces = piecesOf(text)
    expect(pieces.map((piece) => Buffer.from(piece, 'utf8').toString('utf8')).join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(1)
  }
})
