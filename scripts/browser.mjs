import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageFolder } from './places.mjs'
import { run, say } from './run.mjs'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Makes sure of a browser for the tests of the page. Returns undefined, or one line that says why there is none; they are skipped then. */
export function installBrowser(environment) {
  if (places.some((place) => existsSync(place))) return undefined
  run('bash', [join(packageFolder, 'scripts', 'debian.sh'), 'chromium', 'fonts-dejavu-core'], { environment, show: true })
  if (places.some((place) => existsSync(place))) return undefined
  return 'There is no browser, so the page is tried in none (on Debian: sudo apt-get install chromium fonts-dejavu-core).'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = installBrowser(process.env)
  if (problem !== undefined) say(problem)
}
