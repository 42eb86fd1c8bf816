import { visible } from '../../contract/visible.ts'

/** One sentence: its first line, made safe to see, cut, with a capital letter where it does not begin with a name, and one full stop. */
export function sentence(text: string, most = 600): string {
  const line = visible(text).trim().replaceAll(/\s+/g, ' ')
  const cut = line.length > most ? `${line.slice(0, most - 1)}…` : line
  return /[.!?…)]$/.test(cut) && !cut.endsWith('))') ? cut : `${cut}.`
}

/** `a, b, c and 4 more`. */
export function some(names: string[], count = names.length, most = 3): string {
  const shown = names.slice(0, most).map((name) => visible(name).slice(0, 120))
  return count > shown.length ? `${shown.join(', ')} and ${count - shown.length} more` : shown.join(', ')
}

/** A word that a POSIX shell reads as it stands. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
