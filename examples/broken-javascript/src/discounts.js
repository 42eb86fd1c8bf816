const bulkQuantity = 10
const bulkPercent = 5

/** The discount for ten or more of one product, in cents. */
export function bulkDiscount(item) {
  if (item.quantity > bulkQuantity) {
    return Math.round((item.cents * item.quantity * bulkPercent) / 100)
  }
  return 0
}

/** What a coupon takes off an amount, in cents; never more than the amount. */
export function couponDiscount(coupon, cents) {
  if (!coupon || cents < (coupon.from ?? 0)) return 0
  const off = coupon.percent ? Math.round((cents * coupon.percent) / 100) : coupon.cents
  return Math.min(off, cents)
}
