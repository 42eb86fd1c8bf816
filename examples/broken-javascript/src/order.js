import { joined, subtotal, weight } from './basket.js'
import { bulkDiscount, couponDiscount } from './discounts.js'
import { shipping } from './shipping.js'

/** The price of an order and what it is made of, in cents. */
export function price(items, coupon) {
  const lines = joined(items)
  const gross = subtotal(lines)
  const bulk = lines.reduce((sum, item) => sum + bulkDiscount(item), 0)
  const off = couponDiscount(coupon, gross - bulk)
  const net = gross - bulk - off
  const delivery = shipping(net, weight(lines))
  return { gross, discount: bulk + off, delivery, total: net + delivery }
}
