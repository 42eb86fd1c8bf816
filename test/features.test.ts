import { expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const titles = readdirSync(`${root}test`)
  .filter((name) => name.endsWith('.test.ts') && name !== 'features.test.ts')
  .map((name) => readFileSync(`${root}test/${name}`, 'utf8'))
  .join('\n')

test('each finished feature names a file that is there and a test that is there', () => {
  const rows = readFileSync(`${root}docs/features.md`, 'utf8')
    .split('\n')
    .filter((line) => /^\| [A-Z]\d+ \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.length).toBeGreaterThan(10)
  for (const [, id, file, title] of rows) {
    expect([id, existsSync(`${root}${file}`)]).toEqual([id, true])
    expect([id, titles.includes(title!)]).toEqual([id, true])
  }
})
