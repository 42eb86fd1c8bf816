import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')

test('the workflow that the README shows is the one that runs, and it is under 30 lines', () => {
  const source = read('workflows/loops/test-and-fix.ts')
  expect(read('README.md')).toContain(source.slice(source.indexOf('export async function')))
  expect(source.split('\n').length).toBeLessThan(30)
})

test('every page that the README and AGENTS.md name is there', () => {
  for (const page of ['README.md', 'AGENTS.md']) {
    for (const [, link] of read(page).matchAll(/\]\(([^)#:]+)\)/g)) expect(read(link!).length).toBeGreaterThan(0)
  }
})
