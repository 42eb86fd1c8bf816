const most = 5_000_000
const count = ` if (++loopwrightTurns > ${most}) throw new Error('too many turns of a loop');`

/** A text with an edit made, in which loops that turn too often throw. `bodies` are places of the text before the edit. */
export function counted(source, bodies, edit = { start: 0, end: 0, text: '' }) {
  const after = source.slice(0, edit.start) + edit.text + source.slice(edit.end)
  const moved = bodies
    .filter((at) => at <= edit.start || at >= edit.end)
    .map((at) => (at <= edit.start ? at : at + edit.text.length - (edit.end - edit.start)))
  if (moved.length === 0) return after
  const text = moved.toSorted((a, b) => b - a).reduce((whole, at) => whole.slice(0, at) + count + whole.slice(at), after)
  return `${text}\n;var loopwrightTurns = 0;\n`
}
