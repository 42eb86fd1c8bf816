import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Reply } from '../../testing/index.ts'
import { limitsOf, type Task } from './task.ts'

const faulty = 'const add = (a, b) => a - b\nconst double = (a) => a * 3\n'
const mended = 'const add = (a, b) => a + b\nconst double = (a) => a * 2\n'
/** Tests that take no time: each looks for what the function must be. */
const check = `failed=0
look() { if grep -qF "$2" code.js; then echo "ok $1 - $3"; else echo "not ok $1 - $3"; failed=1; fi; }
echo 1..2
look 1 'a + b' adds
look 2 'a * 2' doubles
exit $failed
`
let repo: string | undefined

/** One repository for all runs; nobody writes to it but for the branches of what was accepted. */
function repository(): string {
  if (repo) return repo
  repo = mkdtempSync(join(tmpdir(), 'structure-'))
  writeFileSync(join(repo, 'code.js'), faulty)
  writeFileSync(join(repo, 'check.sh'), check)
  const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com']
  for (const words of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'start'],
  ])
    execFileSync('git', ['-C', repo, ...author, ...words], { stdio: 'pipe' })
  return repo
}

const edit = (path: string, search: string, replace: string) => ({ name: 'edit', arguments: { path, search, replace } })
const finish: Reply = { toolCalls: [{ name: 'finish', arguments: { answer: 'Both functions are right now.' } }] }

/** Two faults in a program: its own tests decide. Each mistake is one of an attempt. */
export const code: Task = {
  name: 'mend two functions until their tests pass',
  shares: { nothing: 0.15, half: 0.25, misquoted: 0.15, tests: 0.05 },
  told: {
    nothing: /verified and rejected|objects to what is there/,
    half: /doubles/,
    misquoted: /does not occur|not found|no such text/i,
    tests: /check\.sh/,
  },
  tries: 40,
  start: (way) => {
    if (way === 'single prompt')
      return { workflow: 'single', input: { prompt: `Answer with this file, mended so that add adds and double doubles:\n${faulty}` } }
    const input = { repo: repository(), test: 'sh check.sh', report: 'tap', reruns: 0, limits: limitsOf(way) }
    return { workflow: 'testAndFix', input }
  },
  answer: ({ messages }, way, made) => {
    if (way === 'single prompt') {
      if (made('nothing') || made('tests')) return faulty
      if (made('misquoted')) return `Here it is:\n${mended}`
      return made('half') ? faulty.replace('a - b', 'a + b') : mended
    }
    if (messages.at(-1)?.role === 'tool') return finish
    const seen = JSON.stringify(messages)
    if (made('nothing')) return finish
    if (made('tests')) return { toolCalls: [edit('check.sh', 'failed=1', 'failed=0')] }
    if (made('misquoted')) return { toolCalls: [edit('code.js', 'a minus b', 'a + b')] }
    const edits = [edit('code.js', 'a - b', 'a + b'), edit('code.js', 'a * 3', 'a * 2')]
    // What stands in the file already is not edited again.
    const left = edits.filter((one) => !seen.includes(JSON.stringify(JSON.stringify(one.arguments)).slice(1, -1)))
    return { toolCalls: made('half') ? left.slice(0, 1) : left }
  },
  isRight: (value, way) => {
    if (way === 'single prompt') return String(value).trim() === mended.trim()
    const { branch } = value as { branch?: string }
    return branch !== undefined && execFileSync('git', ['-C', repository(), 'show', `${branch}:code.js`]).toString() === mended
  },
}
