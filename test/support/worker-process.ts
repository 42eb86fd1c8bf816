import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line as it is built. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const started: ChildProcess[] = []

/** A real worker process on the test run's server, as a user starts it; `endWorkers` ends all that still run. */
export function startWorkerProcess(taskQueue: string, stateFolder: string, environment: Record<string, string> = {}): ChildProcess {
  const address = process.env['LOOPWRIGHT_TEST_ADDRESS']!
  const words = ['worker', '--address', address, '--task-queue', taskQueue, '--state-folder', stateFolder]
  const worker = spawn(process.execPath, [main, ...words], { env: { ...process.env, ...environment }, stdio: 'ignore' })
  started.push(worker)
  return worker
}

/** Kills the worker processes of this file. */
export function endWorkers(): void {
  for (const worker of started) worker.kill('SIGKILL')
}
