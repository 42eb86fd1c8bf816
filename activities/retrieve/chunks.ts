import { type Passage } from '../../contract/retrieval.ts'

/** A passage has at most this many characters; a longer section becomes several, cut between paragraphs, lines, and at last words. */
export const mostCharacters = 1_500

interface Line {
  number: number
  text: string
}
interface Section {
  headings: string[]
  lines: Line[]
}

/** The passages of a document: its sections by their headings, each with the line numbers where it stands. */
export function passagesOf(source: string, text: string): Passage[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
  return sectionsOf(lines).flatMap(({ headings, lines: own }) => blocksOf(own).flatMap((block) => passagesOfBlock(source, headings, block)))
}

/** Sections begin at headings of Markdown; what looks like one inside a fence of code is code. A heading with nothing below it is told by those of its subsections. */
function sectionsOf(lines: Line[]): Section[] {
  const sections: Section[] = [{ headings: [], lines: [] }]
  const above: string[] = []
  let fence: string | undefined
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line.text)?.[1]
    if (fence === undefined && mark) fence = mark
    else if (mark && fence && mark.startsWith(fence) && line.text.trim() === mark) fence = undefined
    const heading = fence === undefined ? headingAt(lines, index) : undefined
    if (heading) {
      above.length = Math.min(above.length, heading.level - 1)
      // A level that is left out stays empty, or a later sibling would count as a child.
      above[heading.level - 1] = heading.title
      sections.push({ headings: [...above].filter(Boolean), lines: [] })
    }
    sections.at(-1)!.lines.push(line)
  }
  return sections.filter(({ headings, lines: own }) => own.filter(({ text }) => text.trim() !== '').length > (headings.length > 0 ? 1 : 0))
}

function headingAt(lines: Line[], index: number): { level: number; title: string } | undefined {
  const { text } = lines[index]!
  const [, marks, title] = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/.exec(text) ?? []
  if (marks && title) return { level: marks.length, title }
  const below = lines[index + 1]?.text ?? ''
  const above = lines[index - 1]?.text ?? ''
  if (!/^\S/.test(text) || above.trim() !== '' || /^[-*>#|]/.test(text)) return undefined
  if (/^={3,}\s*$/.test(below)) return { level: 1, title: text.trim() }
  return /^-{3,}\s*$/.test(below) ? { level: 2, title: text.trim() } : undefined
}

/** Runs of lines that fit into a passage, cut at the last empty line where there is one. */
function blocksOf(lines: Line[]): Line[][] {
  const blocks: Line[][] = []
  let open: Line[] = []
  for (const line of lines) {
    if (open.length > 0 && charactersOf([...open, line]) > mostCharacters) {
      const gap = open.findLastIndex(({ text }) => text.trim() === '')
      const cut = gap > 0 && line.text.trim() !== '' ? gap + 1 : open.length
      blocks.push(open.slice(0, cut))
      open = open.slice(cut)
    }
    open.push(line)
  }
  return [...blocks, open].map(trimmed).filter((block) => block.length > 0)
}

function passagesOfBlock(source: string, headings: string[], block: Line[]): Passage[] {
  const [first, last] = [block[0]!.number, block.at(-1)!.number]
  const pieces = charactersOf(block) > mostCharacters ? piecesOf(textOf(block)) : [textOf(block)]
  return pieces.map((text, index) => ({
    id: `${source}#${first}-${last}${index === 0 ? '' : `.${index + 1}`}`,
    source,
    ...(headings.length > 0 ? { heading: headings.join(' > ').slice(0, 300) } : {}),
    lines: [first, last],
    text,
  }))
}

/** One line that is too long, cut between words where there are any. */
function piecesOf(text: string): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${mostCharacters}}(?=\\s|$)|[\\s\\S]{1,${mostCharacters}}`, 'gu')) ?? []
}

function trimmed(block: Line[]): Line[] {
  const written = block.map(({ text }) => text.trim() !== '')
  return block.slice(Math.max(0, written.indexOf(true)), written.lastIndexOf(true) + 1)
}

function textOf(block: Line[]): string {
  return block.map(({ text }) => text).join('\n')
}

function charactersOf(block: Line[]): number {
  return block.reduce((sum, { text }) => sum + text.length + 1, -1)
}
