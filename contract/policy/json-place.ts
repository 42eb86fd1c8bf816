/** Where a text stops being JSON, as people count, from what `JSON.parse` threw: `line 3, column 12`. */
export function jsonPlace(text: string, thrown: unknown): string {
  const [, position] = /position (\d+)/.exec(String(thrown)) ?? []
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n')
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`
}
