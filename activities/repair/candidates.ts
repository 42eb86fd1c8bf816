import { edited } from './copies.ts'
import { isPython } from './editable.ts'
import { type Hints } from './hints.ts'
import { isScript, javascriptEdits } from './javascript/edits.ts'
import { type Suspicion } from './localise.ts'
import { arePython, pythonEdits } from './python.ts'
import { type Edit } from './result.ts'

/** An edit to try, with the lines whose execution says how suspicious it is. */
export interface Candidate extends Edit {
  line: number
  lastLine: number
  rank: number
}

/** All edits of the suspicious lines, the likeliest first, at most `most`; no two lead to the same text, and each leaves a program. */
export async function rankedCandidates(
  sources: Map<string, string>,
  suspicion: Suspicion,
  hints: Hints,
  python: string,
  most: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const scripts = new Map([...sources].filter(([file]) => !isPython(file)))
  const modules = new Map([...sources].filter(([file]) => isPython(file)))
  const starts = new Map([...sources].map(([file, source]) => [file, lineStarts(source)]))
  const lineOf = (file: string, offset: number) => lineAt(starts.get(file) ?? [0], offset)
  const suspicious = (file: string, offset: number) => suspicion.score(file, lineOf(file, offset), lineOf(file, offset)) > 0
  const scriptEdits = javascriptEdits(scripts, hints, suspicious).map((edit) => ({ ...edit, line: lineOf(edit.file, edit.start) }))
  const moduleEdits = modules.size > 0 ? await pythonEdits(modules, suspicion, hints, python, signal) : []
  const ranked = [...scriptEdits.map((edit) => ({ ...edit, lastLine: edit.line })), ...moduleEdits]
    .map((edit) => ({ ...edit, rank: suspicion.score(edit.file, edit.line, edit.lastLine) * edit.weight }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.start - b.start || (a.text < b.text ? -1 : 1))
  return programs(ranked, sources, python, most, signal)
}

async function programs(
  ranked: Candidate[],
  sources: Map<string, string>,
  python: string,
  most: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const seen = new Set<string>([...sources].map(([file, source]) => `${file}\n${source}`))
  const chosen: { candidate: Candidate; text: string }[] = []
  // Some of Python's turn out to be no programs, and only then.
  for (const candidate of ranked) {
    if (chosen.length >= most * 1.5) break
    const text = edited(sources.get(candidate.file) ?? '', candidate)
    const key = `${candidate.file}\n${text}`
    if (seen.has(key)) continue
    seen.add(key)
    if (isPython(candidate.file) || isScript(text, candidate.file)) chosen.push({ candidate, text })
  }
  const modules = chosen.filter(({ candidate }) => isPython(candidate.file))
  const valid =
    modules.length > 0
      ? await arePython(
          modules.map(({ text }) => text),
          python,
          signal,
        )
      : []
  const broken = new Set(modules.filter((_, index) => valid[index] !== true))
  return chosen
    .filter((one) => !broken.has(one))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function lineStarts(source: string): number[] {
  return [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)]
}

function lineAt(starts: number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
}
