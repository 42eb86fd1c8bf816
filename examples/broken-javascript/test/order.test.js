import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../src/order.js'

test('a small order pays for its parcel', () => {
  assert.deepEqual(price([{ product: 'mug', cents: 900, grams: 2000, quantity: 1 }]), { gross: 900, discount: 0, delivery: 630, total: 1530 })
})

test('a large order gets its discounts and travels free', () => {
  const items = [
    { product: 'lamp', cents: 2000, grams: 900, quantity: 6 },
    { product: 'lamp', cents: 2000, grams: 900, quantity: 6 },
  ]
  assert.deepEqual(price(items, { percent: 10 }), { gross: 24000, discount: 3480, delivery: 0, total: 20520 })
})
