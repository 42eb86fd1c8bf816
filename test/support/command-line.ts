import { AsyncLocalStorage } from 'node:async_hooks'
import { Writable } from 'node:stream'
import { runProcess } from '../../activities/process.ts'
import { runCommandLine } from '../../cli/command-line.ts'
import { main } from './worker-process.ts'

/** What a command printed, on standard output and altogether, and what it ended with. */
export interface Typed {
  code: number | null
  out: string
  all: string
}

/** What a command in this process has of its own. */
interface Own {
  stdout: Writable
  stderr: Writable
  env: Record<string, string>
  exitCode: number | undefined
}

const own = new AsyncLocalStorage<Own>()
/** The commands that were typed in a process of their own. */
const spawned = new Set<string>()

/**
 * Types a command. The first of each name is a real process; the others run in this one, which costs a tenth of it. Several may run at once.
 * The working folder is this process's own: a command that is given a relative path needs `process.chdir` first.
 */
export async function typed(words: string[], environment: Record<string, string>): Promise<Typed> {
  const [name = ''] = words
  if (spawned.has(name)) return inThisProcess(words, environment)
  spawned.add(name)
  const argv = [process.execPath, main, ...words]
  const { exitCode, stdout, output } = await runProcess(argv, { cwd: process.cwd(), environment, timeoutMilliseconds: 200_000 })
  return { code: exitCode, out: stdout.toString(), all: output.toString() }
}

async function inThisProcess(words: string[], environment: Record<string, string>): Promise<Typed> {
  let out = ''
  let all = ''
  const stdout = collecting((text) => {
    out += text
    all += text
  })
  const stderr = collecting((text) => (all += text))
  const mine: Own = { stdout, stderr, env: { ...environment }, exitCode: undefined }
  await own.run(mine, () => runCommandLine(words))
  return { code: mine.exitCode ?? 0, out, all }
}

function collecting(take: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      take(String(chunk))
      done()
    },
  })
}

// A command sees its own, everything else of the test file the real one.
for (const name of ['stdout', 'stderr', 'env', 'exitCode'] as const) {
  let real: unknown = process[name]
  Object.defineProperty(process, name, {
    get: () => (own.getStore() ?? { [name]: real })[name],
    set: (value: never) => {
      const mine = own.getStore()
      if (mine) mine[name] = value
      else real = value
    },
  })
}
