import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokenSum, makeRepository } from './repository.ts'

const packageJson = JSON.stringify({ name: 'odd', type: 'module', scripts: { test: 'node --test' } })
const passing = "import test from 'node:test'\ntest('passes', () => {})\n"
/** Prints 50 MB, which its child waits for: an end of the command alone would leave the child. */
const loud = `import { spawn } from 'node:child_process'
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
const line = Buffer.alloc(1_000_000, 'x'.repeat(99) + '\\n')
let count = 0
const more = () => { if (count++ < 50) process.stdout.write(line, more); else process.exit(0) }
more()
`
/** What the noisy command prints: control characters, an escape sequence, and bytes that are no UTF-8. */
export const noise = Buffer.from([0, 1, 2, 27, 91, 50, 74, 0xff, 0xfe, 0xc3, 0x28, 0xf0, 0x9f])
const noisy = `process.stdout.write(Buffer.from([${[...noise].join()}]))\n`
const hang =
  "import { spawnSync } from 'node:child_process'\nspawnSync(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })\n"

/** What bad inputs name as their repository. */
export function makeBadRepositories() {
  const plain = mkdtempSync(join(tmpdir(), 'plain-'))
  writeFileSync(join(plain, 'file.txt'), 'text')
  const empty = mkdtempSync(join(tmpdir(), 'empty-'))
  execFileSync('git', ['init', '-q', empty])
  const dirty = makeRepository(brokenSum)
  writeFileSync(join(dirty, 'sum.js'), 'changed')
  const nested = makeRepository({ ...brokenSum, 'src/inner.js': '' })
  return {
    broken: makeRepository(brokenSum),
    green: makeRepository({ 'package.json': packageJson, 'green.test.js': passing }),
    plain,
    file: join(plain, 'file.txt'),
    missing: join(plain, 'nowhere'),
    empty,
    dirty,
    subfolder: join(nested, 'src'),
    testless: makeRepository({ 'package.json': packageJson, 'index.js': 'export {}\n' }),
    loud: makeRepository({ 'loud.js': loud }),
    noisy: makeRepository({ 'noise.js': noisy }),
    noisyAndFailing: makeRepository({ 'noise.js': `${noisy}process.exitCode = 1\n` }),
    hanging: makeRepository({ 'hang.js': hang }),
  }
}

/** A hash of every name, mode and byte below a folder, `.git` included; undefined where there is nothing. */
export function fingerprint(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return undefined
  const files = found.isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted() : ['']
  const hash = createHash('sha256')
  for (const file of files) {
    const { mode } = lstatSync(join(path, file))
    hash.update(`${file}\0${mode}\0`)
    if (lstatSync(join(path, file)).isFile()) hash.update(readFileSync(join(path, file)))
  }
  return hash.digest('hex')
}
