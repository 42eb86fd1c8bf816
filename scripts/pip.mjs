import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageFolder } from './places.mjs'
import { lastLines, run } from './run.mjs'

/**
 * Installs a Python package into a folder of its own, whole or not at all: the folder is right when it holds the file `proof`.
 * Returns undefined, or why it did not work.
 * Debian's Python calls itself externally managed and refuses pip even with --target, so it is told that no system folder is touched.
 */
export function pipInstall(requirement, folder, proof, environment) {
  if (!havePip(environment)) return 'python3 has no pip (on Debian: apt-get install python3-pip)'
  mkdirSync(dirname(folder), { recursive: true })
  const fresh = mkdtempSync(`${folder}.`)
  try {
    const installed = run(
      'python3',
      ['-m', 'pip', 'install', '--quiet', '--no-input', '--only-binary=:all:', '--target', fresh, requirement],
      {
        environment: {
          ...environment,
          PIP_BREAK_SYSTEM_PACKAGES: '1',
          PIP_DISABLE_PIP_VERSION_CHECK: '1',
          PIP_ROOT_USER_ACTION: 'ignore',
          PIP_USER: '0',
        },
      },
    )
    if (installed.status !== 0) return `pip could not install ${requirement}: ${lastLines(installed.output, 1)}`
    if (!existsSync(join(fresh, proof))) return `${requirement} brought no ${proof} for this system`
    // Two set-ups may run at once: whoever is first puts the folder there, and both are the same.
    if (existsSync(join(folder, proof))) return undefined
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return undefined
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function havePip(environment) {
  const works = () => run('python3', ['-m', 'pip', '--version'], { environment }).status === 0
  if (works()) return true
  run('bash', [join(packageFolder, 'scripts', 'debian.sh'), 'python3-pip'], { environment, show: true })
  return works()
}
