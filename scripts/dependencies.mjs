import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './places.mjs'
import { lastLines, run, say } from './run.mjs'

/** Installs node_modules when what npm recorded there is not what the lock file asks for. Returns undefined, or what went wrong. */
export function installDependencies(environment) {
  if (isInstalled(packageFolder)) return undefined
  say('Installing the packages of package-lock.json (npm ci)')
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']
  const { status, output } = run('npm', words, { cwd: packageFolder, environment: { ...environment, NODE_ENV: '' } })
  if (status === 0) return undefined
  return `npm ci failed, so the packages are not installed. Mend what it says and run it again.\n${lastLines(output)}`
}

/** npm leaves its own record of what it installed: it is compared with the lock, so that somebody's own `npm ci` counts. */
export function isInstalled(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = packagesOf(record)
  const wanted = Object.entries(packagesOf(join(folder, 'package-lock.json')))
  return wanted.every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true
    const found = installed[path]?.version
    return found === version || (found === undefined && (optional || devOptional))
  })
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
