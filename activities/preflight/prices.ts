import { calcPrice, type TieredPrices } from '@pydantic/genai-prices'
import { type Price } from '../../contract/models.ts'

/** What the price list knows of a model. */
export interface Listed {
  price: Price | null
  window?: number
}

const halfHour = 30 * 60_000

/**
 * Looks a model up in the list that comes with @pydantic/genai-prices, by the URL that it is asked at. The price is never too low: the highest
 * tier, the highest of the next day where it depends on the hour, and cache writes and reasoning where those cost more.
 */
export function listedPrice(model: string, url: string, now: number): Listed {
  const listed = Array.from({ length: 48 }, (_, index) => priceAt(model, url, new Date(now + index * halfHour)))
  const prices = listed.map((entry) => entry?.price ?? null)
  const window = listed[0]?.window
  return { price: prices.reduce(higher), ...(window === undefined ? {} : { window }) }
}

function higher(a: Price | null, b: Price | null): Price | null {
  return a && b ? { input: Math.max(a.input, b.input), output: Math.max(a.output, b.output) } : null
}

function priceAt(model: string, providerApiUrl: string, timestamp: Date): Listed | undefined {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerApiUrl, timestamp })
  if (!found) return undefined
  const window = found.model.context_window
  return { price: priceOf(found.model_price), ...(window === undefined ? {} : { window }) }
}

function priceOf(prices: Record<string, number | TieredPrices | undefined>): Price | null {
  // Charged per request or message, whatever its tokens.
  if (prices['requests_kcount'] !== undefined || prices['input_text_messages_kcount'] !== undefined) return null
  const { input_mtok: input, output_mtok: output } = prices
  if (input === undefined || output === undefined) return null
  return {
    input: microDollars(input, prices['cache_write_mtok']),
    output: microDollars(output, prices['output_reasoning_mtok']),
  }
}

/** Micro-dollars per million tokens, rounded up, of the highest of some prices in dollars. */
function microDollars(...prices: (number | TieredPrices | undefined)[]): number {
  const all = prices.flatMap((price) => {
    if (price === undefined) return []
    return typeof price === 'number' ? [price] : [price.base, ...price.tiers.map((tier) => tier.price)]
  })
  return roundedUp(Math.max(...all))
}

/** Dollars as micro-dollars, rounded up; 0.28 × 10⁶ is not 280,001. */
export function roundedUp(dollars: number): number {
  return Math.ceil(Number((dollars * 1_000_000).toFixed(3)))
}
