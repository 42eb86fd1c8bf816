/** What the items of a basket cost before discounts, in cents. */
export function subtotal(items) {
  return items.reduce((sum, item) => sum + item.cents * item.quantity, 0)
}

/** How much the items of a basket weigh, in grams. */
export function weight(items) {
  return items.reduce((sum, item) => sum + (item.grams ?? 0) * item.quantity, 0)
}

/** The items of a basket, those with the same product joined into one. */
export function joined(items) {
  const byProduct = new Map()
  for (const item of items) {
    const known = byProduct.get(item.product)
    byProduct.set(item.product, known ? { ...known, quantity: known.quantity + item.quantity } : item)
  }
  return [...byProduct.values()]
}
