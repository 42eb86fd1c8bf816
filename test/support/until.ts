/** Looks until something is so, every 50 milliseconds for two minutes; says what it saw last when it never is. */
export async function until<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (tries === 2_400) throw new Error(`It never came so; last seen: ${JSON.stringify(seen)?.slice(0, 2_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
