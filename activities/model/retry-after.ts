const mostMilliseconds = 5 * 60_000

/** Reads Retry-After: seconds or an HTTP date, at most 5 minutes; anything else is as if it were absent. */
export function retryAfterMilliseconds(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  const asked = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1_000
    : /^[A-Z][a-z]{2,}, .* GMT$/.test(text)
      ? Date.parse(text) - now
      : Number.NaN
  return Number.isNaN(asked) ? undefined : Math.ceil(Math.min(Math.max(asked, 0), mostMilliseconds))
}
