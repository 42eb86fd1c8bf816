import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shipping } from '../src/shipping.js'

test('shipping is free from fifty on', () => {
  assert.equal(shipping(5000, 3000), 0)
})

test('below that a whole kilogram costs one rate', () => {
  assert.equal(shipping(4999, 1000), 510)
})

test('a kilogram that is only begun costs its rate too', () => {
  assert.equal(shipping(1000, 200), 510)
  assert.equal(shipping(1000, 2100), 750)
})
