const freeFromCents = 5000
const baseCents = 390
const centsPerKilogram = 120

/** What sending a parcel costs, in cents: free from 50.00 on, else a base price and a price for each kilogram begun. */
export function shipping(cents, grams) {
  if (cents >= freeFromCents) return 0
  return baseCents + Math.ceil(grams / 1000) * baseCents
}
