import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pipInstall } from './pip.mjs'
import { cacheFolder } from './places.mjs'
import { run, say } from './run.mjs'

const proof = join('pytest', '__init__.py')

/** Makes `python3 -m pytest` work for the Python repositories of the tests and examples. Returns undefined, or why it does not. */
export function installPytest(environment) {
  const folder = pythonFolder(environment)
  if (existsSync(join(folder, proof)) || havePytest(environment)) return undefined
  say(`Fetching pytest from PyPI, into ${folder}`)
  return pipInstall('pytest', folder, proof, environment)
}

/** The environment with the cached pytest on Python's path, behind what stands there already. */
export function withPytest(environment) {
  const folder = pythonFolder(environment)
  if (!existsSync(join(folder, proof))) return environment
  return { ...environment, PYTHONPATH: [environment.PYTHONPATH, folder].filter(Boolean).join(delimiter) }
}

function pythonFolder(environment) {
  return join(cacheFolder(environment), 'python')
}

function havePytest(environment) {
  const question = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pytest") is None)'
  return run('python3', ['-c', question], { environment }).status === 0
}
