// Plain JavaScript: jest loads this file outside its own module system, where TypeScript is unknown; what it needs comes from dist/.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../scripts/build.mjs'
import { withPytest } from '../../scripts/pytest.mjs'
import { endLeftovers } from './leftovers.js'

/** One Temporal server and one workflow bundle for all tests of a run: LOOPWRIGHT_TEST_ADDRESS and LOOPWRIGHT_TEST_BUNDLE say where. */
export default async function setUpTests() {
  const problem = await build()
  if (problem !== undefined) console.warn(problem)
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-tests-'))
  Object.assign(process.env, withPytest(process.env))
  const server = await startServer(join(folder, '.loopwright'))
  globalThis.endTests = async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void globalThis.endTests().then(() => process.exit(130)))
  process.env.LOOPWRIGHT_TEST_FOLDER = folder
  await writeBundle(join(folder, 'workflows.js'))
}

/** A server that somebody offers for the tests is used; TEMPORAL_ADDRESS never is: it may be one that matters. */
async function startServer(stateFolder) {
  if (process.env.LOOPWRIGHT_TEST_ADDRESS) return undefined
  for (const folder of await endLeftovers()) console.warn(`Ended the server that a killed test run left in ${folder}.`)
  const { startServer } = await import('../../dist/workers/server.js')
  const server = await startServer({ stateFolder, timeSkipping: true, ui: false })
  process.env.LOOPWRIGHT_TEST_ADDRESS = server.address
  return server
}

async function writeBundle(file) {
  const bundler = new URL('../../dist/workers/bundle.js', import.meta.url)
  if (!existsSync(bundler)) return
  const { bundleWorkflows } = await import(bundler)
  writeFileSync(file, (await bundleWorkflows()).code)
  process.env.LOOPWRIGHT_TEST_BUNDLE = file
}
