import { join } from 'node:path'
import { onPath, packageFolder } from './places.mjs'
import { run } from './run.mjs'

/** Where the worker looks for them, whatever its PATH begins with. */
const system = { PATH: '/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin' }

/**
 * Makes sure of bubblewrap, which confines commands on Linux. Returns undefined, or one line that says why it is not there; nothing fails for it.
 * CI asks for it in this way, too.
 */
export function installBubblewrap(environment, platform = process.platform) {
  const found = () => onPath('bwrap', system) !== undefined && onPath('prlimit', system) !== undefined
  if (platform !== 'linux' || environment.LOOPWRIGHT_SANDBOX === 'none' || found()) return undefined
  run('bash', [join(packageFolder, 'scripts', 'debian.sh'), 'bubblewrap', 'util-linux'], { environment, show: true })
  if (found()) return undefined
  return 'bubblewrap is not there, so commands will run unconfined (on Debian and Ubuntu: sudo apt-get install bubblewrap)'
}
