/**
 * The scripted server's tokens: a quarter of the UTF-8 bytes of the value's JSON, rounded up, where an escaped character in a string
 * counts as the character. So there are never more tokens than bytes.
 */
export function scriptedTokens(value: unknown): number {
  return Math.ceil(plainBytes(value) / 4)
}

function plainBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + plainBytes(item) + 1, 1)
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return members.reduce((sum, [key, member]) => sum + plainBytes(key) + 1 + plainBytes(member) + 1, 1)
  }
  return Buffer.byteLength(JSON.stringify(value) ?? 'null')
}
