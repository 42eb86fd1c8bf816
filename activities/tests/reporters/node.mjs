// Runs in the process of `node --test`, not in those of the test files. The key is read and deleted before any test is loaded, so that no test can sign results.
import { createHmac } from 'node:crypto'
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'

const beside = (name) => new URL(name, import.meta.url)
const key = takeKey()

function takeKey() {
  try {
    const bytes = readFileSync(beside('key'))
    unlinkSync(beside('key'))
    return bytes
  } catch {
    // A `node --test` inside a test: its results are not the suite's.
    return undefined
  }
}

// Node wants a generator; this one prints nothing.
// oxlint-disable-next-line require-yield
export default async function* report(events) {
  const checks = []
  const printed = new Map()
  const titles = []
  for await (const { type, data } of events) {
    if (type === 'test:stderr' && data.file) printed.set(data.file, ((printed.get(data.file) ?? '') + data.message).slice(-4000))
    if (type === 'test:start') titles.splice(data.nesting, titles.length, data.name)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const check = checkOf(data, type === 'test:fail', [...titles.slice(0, data.nesting), data.name], printed)
    if (check) checks.push(check)
  }
  if (!key) return
  const body = JSON.stringify(checks)
  writeFileSync(beside('results'), `${createHmac('sha256', key).update(body).digest('hex')}\n${body}`)
}

function checkOf(data, failed, titles, printed) {
  const error = data.details?.error
  const suite = data.details?.type === 'suite'
  if (suite && (!failed || error?.failureType === 'subtestsFailed')) return undefined
  // The runner's own entry for a file: there when the file failed as a whole or has no test.
  const wholeFile = data.nesting === 0 && data.line === 1 && data.column === 1 && isFile(data.name, data.file)
  if (wholeFile)
    return {
      file: data.file,
      titles: [],
      status: failed ? 'failed' : 'passed',
      ...(failed ? { message: printed.get(data.file) ?? messageOf(error) } : { empty: true }),
    }
  const skipped = data.skip !== undefined || data.todo !== undefined
  const status = skipped ? 'skipped' : failed ? 'failed' : 'passed'
  if (suite && skipped) return undefined
  const names = suite ? [...titles.slice(0, -1), `${titles.at(-1)} (hooks)`] : titles
  return { file: data.file, titles: names, status, line: data.line, ...(status === 'failed' ? { message: messageOf(error) } : {}) }
}

function isFile(name, file) {
  return file !== undefined && (name === file || file.endsWith(`/${name}`))
}

function messageOf(error) {
  const cause = error?.cause ?? error
  if (cause === null || typeof cause !== 'object') return String(cause)
  const message = String(cause.message ?? cause)
  const stack = typeof cause.stack === 'string' ? cause.stack : ''
  return stack.includes(message) ? stack : `${message}\n${stack}`
}
