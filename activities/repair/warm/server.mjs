// Tries many edits without starting Node for each: a thread of its own runs the tests of each edit and can be ended at any time.
// `node server.mjs JOB`: JOB names a JSON file that job.ts describes. One JSON line for each edit goes to the standard output.
// What is said here only decides which edits the project's own command is asked about.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { JestThread } from './jest-thread.mjs'
import { nodeTests } from './node-tests.mjs'
import { counted } from './turns.mjs'

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const failing = new Set(job.failing)
const jest = job.framework === 'jest' ? new JestThread(job) : undefined

let { patience } = job

await serve()
process.exit(0)

async function serve() {
  for (const [file, { source, bodies }] of Object.entries(job.loops)) writeFileSync(join(process.cwd(), file), counted(source, bodies))
  const first = await run(job.files, job.firstPatience)
  say({ id: -1, ...first })
  // A second run has nothing to load and says how long others may take.
  const again = first.ended ? await run(job.files, job.firstPatience) : first
  if (again.ended) patience = 0.7 + 4 * again.seconds
  for (const candidate of job.candidates) if (claimed(candidate.id)) say({ id: candidate.id, ...(await tried(candidate)) })
}

function say(answer) {
  writeSync(1, `${JSON.stringify(answer)}\n`)
}

function claimed(number) {
  try {
    closeSync(openSync(join(job.claims, String(number)), 'wx'))
    return true
  } catch {
    return false
  }
}

async function tried({ file, start, end, text, files }) {
  const path = join(process.cwd(), file)
  const before = readFileSync(path, 'utf8')
  const { source, bodies } = job.loops[file] ?? { source: before, bodies: [] }
  try {
    writeFileSync(path, counted(source, bodies, { start, end, text }))
    return await run(files, patience, failing)
  } finally {
    writeFileSync(path, before)
  }
}

/** What some test files come to; with `failing`, a run ends once a test fails that is not among these. */
async function run(files, seconds, among) {
  const started = performance.now()
  const checks = []
  const tell = (check) => {
    checks.push(check)
    const name = [check.file?.slice(process.cwd().length + 1), ...check.titles].join(' > ')
    return check.status !== 'failed' || among === undefined || among.has(name)
  }
  const ended = await (jest ? jest.run(files, seconds, tell) : nodeTests(files, seconds, tell))
  return { ended, seconds: (performance.now() - started) / 1000, checks }
}
