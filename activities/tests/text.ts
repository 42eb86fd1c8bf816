/** Terminal colours, cursor movements and other escape sequences. */
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g

/** Text for people and models: no escape sequences, no control characters but tab and newline. */
export function plain(text: string): string {
  return text.replaceAll(escapes, '').replaceAll('\r\n', '\n').replaceAll(controls, '')
}

/** The first characters of a text, with a sign that some were cut off. */
export function clip(text: string, characters: number): string {
  return text.length <= characters ? text : `${whole(text.slice(0, Math.max(0, characters - 1)))}…`
}

/** The last lines of output, at most `characters` long; bytes that are not UTF-8 become U+FFFD. */
export function tailOf(output: Buffer, characters: number): string {
  const text = plain(output.subarray(-characters * 4).toString('utf8')).trimEnd()
  if (text.length <= characters) return text
  const last = text.slice(-characters)
  const line = last.indexOf('\n')
  return whole(line >= 0 && line < characters / 2 ? last.slice(line + 1) : last)
}

/** Drops the half of a surrogate pair that a cut left over at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '')
}
