import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joined, subtotal, weight } from '../src/basket.js'

const pen = { product: 'pen', cents: 150, grams: 20, quantity: 3 }
const book = { product: 'book', cents: 1299, grams: 480, quantity: 1 }

test('the subtotal counts quantities', () => {
  assert.equal(subtotal([pen, book]), 1749)
})

test('an empty basket costs nothing and weighs nothing', () => {
  assert.equal(subtotal([]), 0)
  assert.equal(weight([]), 0)
})

test('the weight counts quantities', () => {
  assert.equal(weight([pen, book]), 540)
})

test('the same product twice becomes one line', () => {
  assert.deepEqual(joined([pen, book, pen]), [{ ...pen, quantity: 6 }, book])
})
