import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bulkDiscount, couponDiscount } from '../src/discounts.js'

describe('bulk discount', () => {
  test('nine of a product cost the full price', () => {
    assert.equal(bulkDiscount({ cents: 200, quantity: 9 }), 0)
  })

  test('ten of a product are five percent cheaper', () => {
    assert.equal(bulkDiscount({ cents: 200, quantity: 10 }), 100)
  })

  test('so are twenty', () => {
    assert.equal(bulkDiscount({ cents: 200, quantity: 20 }), 200)
  })
})

describe('coupon', () => {
  test('a percentage is taken off', () => {
    assert.equal(couponDiscount({ percent: 10 }, 2000), 200)
  })

  test('an amount is taken off, but never more than there is', () => {
    assert.equal(couponDiscount({ cents: 500 }, 2000), 500)
    assert.equal(couponDiscount({ cents: 500 }, 300), 300)
  })

  test('a coupon with a minimum needs that minimum', () => {
    assert.equal(couponDiscount({ cents: 500, from: 2000 }, 1999), 0)
    assert.equal(couponDiscount({ cents: 500, from: 2000 }, 2000), 500)
  })
})
