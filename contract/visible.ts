/** Control and format characters but line feed and tab: what moves the cursor, colours, turns the direction of text, or hides. */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text of a model or a repository as people may safely see it: what would move the cursor, colour, reverse or hide is written as its number. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
}

/** The first line of a text, cut. */
export function brief(text: string, most = 120): string {
  const line = visible(text).trim().split('\n')[0] ?? ''
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
