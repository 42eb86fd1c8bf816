import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './places.mjs'
import { lastLines, run, say } from './run.mjs'

/** Installs node_modules when what npm recorded there is not what the lock file asks for. Returns undefined, or what went wrong. */
export function installDependencies(environment) {
  if (isInstalled(packageFolder)) return undefined
  say('Installing the packages of package-lock.json (npm ci)')
  const locked = npm(environment, 'ci')
  if (locked.status === 0) return undefined
  if (!locked.output.includes('EUSAGE')) return problemWith('npm ci', locked.output)
  // A lock written where the registry lacks other systems' optional packages is refused by npm ci everywhere; npm install keeps to its versions.
  say('npm ci refuses the lock file as incomplete; installing the same versions with npm install, which leaves the lock as it is')
  const installed = npm(environment, 'install', '--no-save')
  return installed.status === 0 ? undefined : problemWith('npm install', installed.output)
}

function npm(environment, ...words) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']
  return run('npm', [...words, ...quiet], { cwd: packageFolder, environment: { ...environment, NODE_ENV: '' } })
}

function problemWith(command, output) {
  return `${command} failed, so the packages are not installed. Mend what it says and run it again.\n${lastLines(output)}`
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
