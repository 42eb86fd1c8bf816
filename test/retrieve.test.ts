import { afterAll, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { passagesOf } from '../activities/retrieve/chunks.ts'
import { openRetriever } from '../activities/retrieve/open.ts'
import { retrieveTool } from '../activities/retrieve/tool.ts'
import { type Passage } from '../contract/retrieval.ts'
import { newFolder, removeFolders, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

const guide = `---
title: Guide
---
# Guide
Read this first.

## Limits
A run stops after 60 minutes of work.

\`\`\`sh
# this is no heading
run --minutes 5
\`\`\`

### Tokens
Tokens are counted before a call is made.

Signals
-------
Signals are told at the next step.
`
const search = async (folder: string, query: string, limit = 3, kind: 'auto' | 'documents' | 'repository' = 'auto') =>
  (await openRetriever({ folder, kind })).search(query, limit)
const ids = ({ passages }: { passages: Passage[] }) => passages.map(({ id }) => id)
/** What every passage must be: the lines that it says, word for word. */
function expectTrue(text: string, passages: Passage[]) {
  const lines = text.split(/\r?\n/)
  for (const passage of passages) {
    const [from, to] = passage.lines
    expect(lines.slice(from - 1, to).join('\n')).toContain(passage.text)
  }
  expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length)
}

describe('documents', () => {
  test('a document falls into its sections, each with its headings and the lines where it stands', () => {
    const passages = passagesOf('guide.md', guide)
    expect(passages.map(({ id, heading }) => [id, heading])).toEqual([
      ['guide.md#1-3', undefined],
      ['guide.md#4-5', 'Guide'],
      ['guide.md#7-13', 'Guide > Limits'],
      ['guide.md#15-16', 'Guide > Limits > Tokens'],
      ['guide.md#18-20', 'Guide > Signals'],
    ])
    expectTrue(guide, passages)
  })

  test('a long section becomes several passages, and a line that is too long several pieces, each with an id of its own', () => {
    const paragraphs = Array.from({ length: 40 }, (_, index) => `Paragraph ${index} ${'has many words '.repeat(10)}`).join('\n\n')
    const long = `# Long\n${paragraphs}\n\n${'one line '.repeat(600)}\n${'x'.repeat(4_000)}`
    const passages = passagesOf('long.md', long)
    expectTrue(long, passages)
    expect(passages.length).toBeGreaterThan(6)
    for (const { text, heading } of passages) expect([text.length <= 1_500, heading]).toEqual([true, 'Long'])
    const said = passages
      .map(({ text }) => text)
      .join('')
      .replaceAll(/\s/g, '')
    expect(said).toBe(long.replaceAll(/\s/g, ''))
    expect(passagesOf('empty.md', '\n \n')).toEqual([])
  })

  test('the best passage comes first, and the same files give the same ids', async () => {
    const folder = newFolder()
    writeFiles(folder, { 'guide.md': guide, 'other/notes.txt': 'Tea is at four.\n', 'code.js': 'tokens' })
    const found = await search(folder, 'How are tokens counted?')
    expect(found.passages[0]).toMatchObject({ id: 'guide.md#15-16', source: 'guide.md', lines: [15, 16] })
    expect(ids(await search(folder, 'How are tokens counted?'))).toEqual(ids(found))
    expect(ids(await search(folder, 'when is tea'))).toEqual(['other/notes.txt#1-1'])
    expect(ids(await search(folder, 'heartbeat'))).toEqual([])
    expect(ids(await search(folder, 'stops tokens signals', 2))).toHaveLength(2)
  })

  test('what is changed, added, renamed or removed is seen by the next search', async () => {
    const folder = newFolder()
    const date = new Date('2026-01-01')
    writeFiles(folder, { 'a.md': 'Apples are red.\n' })
    utimesSync(join(folder, 'a.md'), date, date)
    expect(ids(await search(folder, 'apples'))).toEqual(['a.md#1-1'])
    // The same size and the same date as before; only the clock of the file system has gone on.
    const { ctimeMs } = statSync(join(folder, 'a.md'))
    do {
      writeFiles(folder, { 'a.md': 'Cherry is red.\n\n' })
      utimesSync(join(folder, 'a.md'), date, date)
    } while (statSync(join(folder, 'a.md')).ctimeMs === ctimeMs)
    expect(ids(await search(folder, 'apples'))).toEqual([])
    expect(ids(await search(folder, 'cherry'))).toEqual(['a.md#1-1'])
    writeFiles(folder, { 'b.md': 'Bananas are yellow.\n' })
    expect(ids(await search(folder, 'bananas'))).toEqual(['b.md#1-1'])
    renameSync(join(folder, 'b.md'), join(folder, 'c.md'))
    expect(ids(await search(folder, 'bananas'))).toEqual(['c.md#1-1'])
    rmSync(join(folder, 'c.md'))
    expect(ids(await search(folder, 'bananas'))).toEqual([])
  })

  test('a bound that cuts is said: too many documents, one that is too large, one that is no text, links', async () => {
    const folder = newFolder()
    const many = Object.fromEntries(Array.from({ length: 2_003 }, (_, index) => [`n/${String(index).padStart(5, '0')}.txt`, 'needle\n']))
    writeFiles(folder, {
      ...many,
      'big.md': 'x'.repeat(2_000_001),
      'a.md': Buffer.from([0xff, 0xfe, 0x00]),
      'b.txt': Buffer.from([0xc3, 0x28]),
    })
    symlinkSync(folder, join(folder, 'round'))
    const { passages, note } = await search(folder, 'needle')
    expect(passages).toHaveLength(3)
    expect(note).toBe(
      'Only 2000 of 2005 documents were looked at; 2000 with 16 MB in all are the most. Not looked at, because they have more than 2 MB: 1. Links, which are not followed: 1. Not looked at, because they are no UTF-8 text: 2.',
    )
    expect((await search(newFolder(), 'needle')).note).toContain('There is no document in the folder')
  })
})

describe('repositories', () => {
  const files = {
    'src/heart.ts': `${'// filler\n'.repeat(30)}export const heartbeatTimeout = 4\n${'// filler\n'.repeat(30)}`,
    'src/other.ts': 'export const timeout = 5 // a timeout like any other\n',
    'docs/why:colon.md': 'heartbeat\n',
    '.gitignore': 'ignored/\n',
    'ignored/heart.ts': 'heartbeatTimeout\n',
    '.github/ci.yml': 'heartbeatTimeout: ci\n',
  }
  function repository(): string {
    const folder = newFolder()
    writeFiles(folder, files)
    execFileSync('git', ['init', '-q'], { cwd: folder, stdio: 'pipe' })
    return folder
  }

  test('the lines around the rarest words come first; what git ignores is not looked at', async () => {
    const found = await search(repository(), 'heartbeatTimeout', 5)
    expect(ids(found).toSorted()).toEqual(['.github/ci.yml#1-1', 'src/heart.ts#26-43'])
    expectTrue(
      files['src/heart.ts'],
      found.passages.filter(({ source }) => source === 'src/heart.ts'),
    )
    const both = await search(repository(), 'what is the heartbeat timeout', 5)
    expect(ids(both)[0]).toMatch(/heart|ci/)
    expect(ids(both)).toContain('docs/why:colon.md#1-1')
    expect(ids(both)).toContain('src/other.ts#1-1')
    expect(await search(repository(), '?!')).toEqual({ passages: [] })
    expect(ids(await search(repository(), '--files -e'))).toEqual([])
  })

  test('too many matches are said instead of passed over in silence', async () => {
    const folder = repository()
    const line = `${'match '.repeat(200)}\n`
    writeFiles(folder, Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}.txt`, line.repeat(200)])))
    const { passages, note } = await search(folder, 'match', 2)
    expect(passages).toHaveLength(2)
    expect(note).toContain('Too many lines match')
  })
})

test.each(['documents', 'repository'] as const)('nothing outside of the folder is found: %s', async (kind) => {
  const [folder, outside] = [newFolder(), newFolder()]
  writeFiles(outside, { 'secret.md': 'the secret needle\n', 'deep/secret.md': 'another needle\n' })
  writeFiles(folder, { 'plain.md': 'a plain needle\n' })
  symlinkSync(join(outside, 'secret.md'), join(folder, 'file.md'))
  symlinkSync(outside, join(folder, 'folder'))
  symlinkSync(outside, join(folder, 'folder.md'))
  execFileSync('mkfifo', [join(folder, 'pipe.md')])
  expect(ids(await search(folder, 'needle', 20, kind))).toEqual(['plain.md#1-1'])
  // A link to the folder itself is what a person gave.
  const link = join(outside, 'link')
  symlinkSync(folder, link)
  expect(ids(await search(link, 'needle', 20, kind))).toEqual(['plain.md#1-1'])
})

test('what is no folder is refused in words', async () => {
  await expect(search('relative', 'x')).rejects.toMatchObject({ type: 'FolderRefused', message: expect.stringContaining('absolute') })
  await expect(search('/nowhere/at/all', 'x')).rejects.toMatchObject({ type: 'FolderRefused' })
  const folder = newFolder()
  writeFiles(folder, { 'a.md': 'x' })
  await expect(search(join(folder, 'a.md'), 'x')).rejects.toMatchObject({ type: 'FolderRefused' })
})

test('the tool searches the folder of LOOPWRIGHT_DOCUMENTS, and is not there without it', async () => {
  expect(retrieveTool({})).toEqual([])
  const folder = newFolder()
  writeFiles(folder, { 'guide.md': guide })
  const [tool] = retrieveTool({ LOOPWRIGHT_DOCUMENTS: folder })
  const context = { effect: '', key: '', signal: new AbortController().signal, run: '', stage: '', secret: String, environment: {} }
  expect(tool).toMatchObject({ name: 'retrieve', class: 'read' })
  expect(await tool!.perform({ query: 'tokens', limit: 1 }, context)).toBe(
    '## guide.md#15-16 (Guide > Limits > Tokens)\n### Tokens\nTokens are counted before a call is made.',
  )
  expect(await tool!.perform({ query: 'heartbeat' }, context)).toBe('Nothing was found.')
  rmSync(folder, { recursive: true })
  await expect(tool!.perform({ query: 'tokens' }, context)).rejects.toMatchObject({ name: 'EffectRefused' })
})
