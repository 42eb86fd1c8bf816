import { join } from 'node:path'
import { onPath, packageFolder } from './places.mjs'
import { run } from './run.mjs'

/**
 * Makes sure of bubblewrap, which confines commands on Linux. Returns undefined, or one line that says why it is not there; nothing fails for it.
 * CI asks for it in this way, too.
 */
export function installBubblewrap(environment, platform = process.platform) {
  const found = () => onPath('bwrap', environment) !== undefined && onPath('prlimit', environment) !== undefined
  if (platform !== 'linux' || environment.LOOPWRIGHT_SANDBOX === 'none' || found()) return undefined
  run('bash', [join(packageFolder, 'scripts', 'debian.sh'), 'bubblewrap', 'util-linux'], { environment, show: true })
  if (found()) return undefined
  return 'bubblewrap is not there, so commands will run unconfined (on Debian and Ubuntu: sudo apt-get install bubblewrap)'
}
