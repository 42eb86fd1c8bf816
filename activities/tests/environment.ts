import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** Lists whose entries are added to each other; of every other variable the later value wins. */
const joined: Record<string, string> = { NODE_OPTIONS: ' ', PYTEST_ADDOPTS: ' ', PYTHONPATH: delimiter }

/**
 * The environment of a test command: where programs are, and what keeps output plain; the sandbox adds the home folder.
 * Of the worker's variables only PATH is handed on, so that no key or token reaches the tests.
 */
export function testEnvironment(
  worker: Record<string, string | undefined>,
  ...additions: Record<string, string>[]
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: withRunningNode(worker['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'),
    LANG: 'C.UTF-8',
    CI: '1',
    NO_COLOR: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const [python] = cachedPytest(worker)
  if (python !== undefined) environment['PYTHONPATH'] = python
  const rustup = worker['RUSTUP_HOME'] || join(worker['HOME'] || homedir(), '.rustup')
  if (existsSync(join(rustup, 'toolchains'))) environment['RUSTUP_HOME'] = rustup
  for (const addition of additions)
    for (const [name, value] of Object.entries(addition)) {
      const separator = joined[name]
      const before = environment[name]
      environment[name] = separator !== undefined && before !== undefined ? `${value}${separator}${before}` : value
    }
  return environment
}

/** The folder of the pytest that set-up fetched, if it did. */
export function cachedPytest(worker: Record<string, string | undefined>): string[] {
  const python = join(worker['LOOPWRIGHT_CACHE'] || join(worker['HOME'] || homedir(), '.cache', 'loopwright'), 'python')
  return existsSync(join(python, 'pytest')) ? [python] : []
}

/** Puts the folder of the running node first, unless its node is found first anyway: that folder may hold other programs too, which must not come before the user's. */
function withRunningNode(path: string): string {
  const folder = path.split(delimiter).find((candidate) => existsSync(join(candidate, 'node')))
  const found = folder !== undefined && realpathSync(join(folder, 'node')) === realpathSync(process.execPath)
  return found ? path : [dirname(process.execPath), path].join(delimiter)
}
