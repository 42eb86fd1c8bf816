import { spawnSync } from 'node:child_process'

/** Set-up's only word to the person: one line. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Runs a command to its end. `status` is null when it could not be started. */
export function run(command, words, { environment = process.env, cwd, show = false } = {}) {
  const result = spawnSync(command, words, {
    cwd,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  })
  return { status: result.status, output: `${result.stdout ?? ''}${result.stderr ?? ''}`.trim() }
}

/** The last lines of a command's output: what it died of stands there. */
export function lastLines(output, count = 12) {
  return output.split('\n').slice(-count).join('\n')
}
