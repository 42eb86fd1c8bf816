import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execFileSync } from 'node:child_process'

/** A git repository in a temporary folder with one commit of the given files. */
export function makeRepository(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'repository-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { stdio: 'pipe' })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-qm', 'start')
  return folder
}

/** A small project with a fault in each of two functions, and its tests. */
export const brokenSum = {
  'package.json': JSON.stringify({ name: 'sum', type: 'module', scripts: { test: 'node --test' } }),
  'sum.js': 'export const add = (a, b) => a - b\nexport const double = (a) => a * 3\n',
  'sum.test.js': `import assert from 'node:assert'
import test from 'node:test'
import { add, double } from './sum.js'
test('adds', () => assert.equal(add(2, 3), 5))
test('adds nothing', () => assert.equal(add(2, 0), 2))
test('doubles', () => assert.equal(double(2), 4))
`,
}
