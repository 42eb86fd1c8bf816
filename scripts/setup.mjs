// Everything that a fresh clone needs, without a word typed. It has no dependencies, because it runs before there are any.
import { build } from './build.mjs'
import { installDependencies } from './dependencies.mjs'
import { installPytest } from './pytest.mjs'
import { installBubblewrap } from './bubblewrap.mjs'
import { missingRequirements } from './requirements.mjs'
import { say } from './run.mjs'
import { findTemporal } from './temporal.mjs'

const environment = process.env

async function setUp() {
  const missing = missingRequirements(environment)
  if (missing.length > 0) return missing.join('\n')
  const problem = installDependencies(environment) ?? (await build())
  if (problem !== undefined) return problem
  const temporal = await findTemporal(environment)
  if ('tried' in temporal)
    return `No Temporal server was found. Tried: ${temporal.tried.join('; ')}. Install the temporal CLI, or set TEMPORAL_ADDRESS, and run it again.`
  const pytest = installPytest(environment)
  if (pytest !== undefined) say(`pytest is not there, so Python tests that need it will not run: ${pytest}`)
  const bubblewrap = installBubblewrap(environment)
  if (bubblewrap !== undefined) say(bubblewrap)
  return undefined
}

const problem = await setUp()
if (problem !== undefined) {
  say(problem)
  process.exitCode = 1
}
