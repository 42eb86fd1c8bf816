import { type Passage, type Retrieved } from '../../contract/retrieval.ts'
import { readInside } from '../regular-file.ts'
import { ripgrep } from '../ripgrep.ts'
import { isBinary } from '../tools/file.ts'
import { mostCharacters } from './chunks.ts'
import { type Retriever, wordsOf } from './retriever.ts'

/** Of one file so many lines count; a passage has so many, from a few before its first match on. */
const most = { matchesOfFile: 200, lines: 40, before: 5, after: 12, fileBytes: 2_000_000 }

/** Places in a file that lie so near to each other that they are read together. */
interface Place {
  source: string
  from: number
  to: number
  words: Set<string>
}

/** Finds passages of a repository by ripgrep, as its files stand now; what git ignores is not looked at. Words that few files have count most. */
export function repositoryRetriever(folder: string): Retriever {
  return {
    async search(query, limit, signal) {
      const words = wordsOf(query).toSorted((a, b) => b.length - a.length)
      if (words.length === 0) return { passages: [] }
      const result = await ripgrep(folder, argumentsOf(words), signal)
      signal?.throwIfAborted()
      const found = placesOf(result.stdout.toString(), words)
      const weight = weightsOf(found, words)
      const score = ({ source, words: own }: Place) =>
        [...own].reduce((sum, word) => sum + weight(word), 0) +
        words.reduce((sum, word) => sum + (source.toLowerCase().includes(word) ? weight(word) / 2 : 0), 0)
      const best = found.map((place) => ({ place, score: score(place) })).toSorted((a, b) => b.score - a.score)
      const passages: Passage[] = []
      for (const { place } of best) {
        if (passages.length === limit) break
        const passage = readPassage(folder, place)
        if (passage) passages.push(passage)
      }
      return { passages, ...noteOf(result) }
    },
  }
}

function argumentsOf(words: string[]): string[] {
  return [
    ...[
      '--null',
      '--only-matching',
      '--fixed-strings',
      '--ignore-case',
      `--max-count=${most.matchesOfFile}`,
      `--max-filesize=${most.fileBytes}`,
    ],
    ...['--glob=!.git', '--glob=!package-lock.json', '--glob=!*.lock', '--glob=!*.min.js'],
    ...words.map((word) => `--regexp=${word}`),
    ...['--', './'],
  ]
}

/** Reads `./path NUL line:match` lines, sorted by path and line, into places. */
function placesOf(output: string, words: string[]): Place[] {
  const places: Place[] = []
  for (const [, source = '', number, match = ''] of output.matchAll(/^\.\/([^\0]+)\0(\d+):(.*)$/gm)) {
    const line = Number(number)
    const last = places.at(-1)
    const near = last?.source === source && line <= last.to + most.after && line <= last.from + most.lines - most.before
    const place = near ? last : { source, from: line, to: line, words: new Set<string>() }
    if (!near) places.push(place)
    place.to = line
    for (const word of words) if (match.toLowerCase().includes(word)) place.words.add(word)
  }
  return places
}

function weightsOf(places: Place[], words: string[]): (word: string) => number {
  const files = new Set(places.map(({ source }) => source)).size
  const having = (word: string) => new Set(places.filter((place) => place.words.has(word)).map(({ source }) => source)).size
  const weights = new Map(words.map((word) => [word, Math.log(1 + files / Math.max(1, having(word)))]))
  return (word) => weights.get(word) ?? 0
}

/** Undefined where the file is gone again, is no text, or leads outside. */
function readPassage(folder: string, { source, from, to }: Place): Passage | undefined {
  try {
    const bytes = readInside(folder, source, most.fileBytes)
    if (isBinary(bytes)) return undefined
    const lines = bytes
      .toString()
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)
    const first = Math.max(1, from - most.before)
    let last = first - 1
    for (let characters = 0; last < Math.min(lines.length, to + most.after, first + most.lines - 1); last++) {
      characters += lines[last]!.length + 1
      if (characters > mostCharacters && last >= from) break
    }
    const text = lines.slice(first - 1, last).join('\n')
    return { id: `${source}#${first}-${last}`, source, lines: [first, last], text: text.slice(0, 2 * mostCharacters) }
  } catch {
    return undefined
  }
}

function noteOf({ ended, exitCode }: Awaited<ReturnType<typeof ripgrep>>): Pick<Retrieved, 'note'> {
  if (ended === 'timeout') return { note: 'The search was ended after a minute: not all files were looked at.' }
  if (ended === 'output') return { note: 'Too many lines match: not all files were looked at. Rarer words find more.' }
  return exitCode === 2 ? { note: 'Some files could not be read.' } : {}
}
