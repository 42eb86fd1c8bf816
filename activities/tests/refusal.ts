import { type TestCall } from '../../contract/checks.ts'
import { failure } from '../failure.ts'
import { commandName, type TestRun } from './run.ts'
import { plain } from './text.ts'

/** Refuses a command that cannot be run at the baseline: no repair would help. Later the candidate broke it, and the report rejects that. */
export function refuseUnrunnable(call: TestCall, run: TestRun): void {
  const name = commandName(call.command)
  const detail = { run: call.run, stage: call.stage, effect: 'no' } as const
  const refuse = (what: string, next: string) => {
    throw failure('CommandRefused', `The test command \`${name}\` ${what}. Nothing was changed.`, { ...detail, next })
  }
  if (run.ended === 'not found')
    refuse(
      `cannot be run: \`${call.command[0]}\` was not found or is not executable`,
      'Install the program or name another test command, then start again.',
    )
  if (run.exitCode === 0 || !run.checks.every((check) => check.name === name)) return
  const missing = missingPart(plain(run.output.subarray(-outputBytes).toString()), run.exitCode)
  if (missing !== undefined) refuse(`cannot be run: ${missing}`, 'Install what is missing or name another test command, then start again.')
  if (run.exitCode === 127)
    refuse(`calls a program that was not found: ${lastLine(run.tail)}`, 'Install the dependencies of the repository, then start again.')
}

const outputBytes = 20_000

/** Sentences of programs that were named first and cannot find what they were given; the first group is what is missing. */
const sayings: [RegExp, (what: string) => string][] = [
  [
    /^(?:npm (?:ERR!|error) |\s?ERR_PNPM_NO_SCRIPT\s+|error: )?Missing script:? "?([^"\n]+?)"?$/m,
    (what) => `package.json has no script ${what}`,
  ],
  [/^error Command "([^"\n]+)" not found\.$/m, (what) => `yarn knows no command ${what}`],
  [/^Unknown command: "([^"\n]+)"$/m, (what) => `npm has no command ${what}`],
  [/^npm (?:ERR!|error) npx canceled due to missing packages[^[\n]*\["?([^"\]\n]+)/m, (what) => `${what} is not installed`],
  [/^npm (?:ERR!|error) 404 +The requested resource '([^'\n]+)'/m, (what) => `there is no package ${what}`],
  [/^npm (?:ERR!|error) could not determine executable to run$/m, () => 'npx found no such program'],
  [
    /^npm (?:ERR!|error) code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED)$/m,
    (what) => `its program is not installed, and npx says ${what}`,
  ],
  [/^\S*python[\d.]*: (No module named \S+)$/m, (what) => `python says: ${what}`],
  [/^\S*python[\d.]*: can't open file '([^'\n]+)'/m, (what) => `python says: there is no file ${lastPart(what)}`],
  [/^ERROR: file or directory not found: (.+)$/m, (what) => `pytest says: there is no ${what}`],
  [/^g?make: \*\*\* No rule to make target [`'"]([^'"\n]+)['"]\. +Stop\.$/m, (what) => `make has no rule for ${what}`],
  [/^g?make: \*\*\* (No targets[^.\n]*)\. +Stop\.$/m, (what) => `make says: ${what}`],
  [/^Error: Can't find a root directory while resolving a config file path\.\nProvided path to resolve: (.+)$/m, noJestSettings],
  [/Directory (.+) in the rootDir option was not found/m, noJestSettings],
  [/^Could not find '([^'\n]+)'$/m, (what) => `node says: there is no ${lastPart(what)}`],
  [/^Error: No test files found: "([^"\n]+)"$/m, (what) => `mocha says: there is no ${what}`],
  [
    /^(?:\/bin\/)?(?:ba|da|z)?sh: (?:\d+: )?(?:cannot open (\S+?):? |(\S+): No such file or directory)/m,
    (what) => `there is no file ${what}`,
  ],
  [/^error: could not find `(Cargo\.toml)`/m, (what) => `cargo says: there is no ${what}`],
  [/^go: (cannot find main module|go\.mod file not found)/m, (what) => `go says: ${what}`],
]

function noJestSettings(what: string): string {
  return `jest found no configuration at ${what}`
}

/** What the program that was named first says it cannot find: a script, a module, a file or a target; never what a test was looking for. */
function missingPart(output: string, exitCode: number | null): string | undefined {
  for (const [pattern, sentence] of sayings) {
    const found = pattern.exec(output)
    if (found) return sentence((found[1] ?? found[2] ?? '').slice(0, 200))
  }
  // Node says it of any module; only of the command's own is there nothing that required it.
  const module = exitCode === 1 ? /Cannot find module '([^'\n]+)'[^]*?requireStack: \[\]/.exec(output)?.[1] : undefined
  return module === undefined ? undefined : `node says: there is no file ${lastPart(module)}`
}

const lastPart = (path: string) => path.split('/').at(-1) ?? path

/** The line of a shell that names the missing program, among what package managers print around it. */
function lastLine(tail: string): string {
  const lines = tail.split('\n').filter((line) => line.trim() !== '')
  return (lines.findLast((line) => line.includes('not found')) ?? lines.at(-1) ?? 'it printed nothing').trim().slice(0, 300)
}
