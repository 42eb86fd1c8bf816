import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorkflows, ownWorkflows } from '../../workers/bundle.ts'

/** The bundle of a workflows file, made once per test run: the first test file that asks makes it, the others read it. */
export async function testBundle(workflows = ownWorkflows): Promise<{ code: string }> {
  const file = bundleFile(workflows)
  if (!existsSync(file)) {
    const { code } = await bundleWorkflows(workflows)
    // Two test files may make the same one at once: a half-written one is never seen.
    const half = `${file}.${process.pid}`
    writeFileSync(half, code)
    renameSync(half, file)
  }
  return { code: readFileSync(file, 'utf8') }
}

/** Where it lies: our own workflows' bundle is made before the first test. */
export function bundleFile(workflows = ownWorkflows): string {
  if (workflows === ownWorkflows && process.env['LOOPWRIGHT_TEST_BUNDLE']) return process.env['LOOPWRIGHT_TEST_BUNDLE']
  return join(process.env['LOOPWRIGHT_TEST_FOLDER']!, `${createHash('sha256').update(workflows).digest('hex').slice(0, 16)}.js`)
}
