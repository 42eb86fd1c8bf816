import { realpath } from 'node:fs/promises'
import { type Dependencies, type Sandbox } from '../sandbox/sandbox.ts'
import { cachedPytest, testEnvironment } from '../tests/environment.ts'
import { type RunProgram } from './result.ts'

/** Runs programs in a sandbox with the environment that test commands have. */
export function programRunner(place: {
  sandbox: Sandbox
  worker: Record<string, string | undefined>
  dependencies?: Dependencies
  readable?: string[]
}): RunProgram {
  return async (argv, { folder, environment = {}, readable = [], minutes, onOutput, signal, writable = [] }) =>
    place.sandbox.run(argv, {
      folder: await realpath(folder),
      environment: testEnvironment(place.worker, environment),
      readable: [...cachedPytest(place.worker), ...(place.readable ?? []), ...readable],
      writable,
      timeoutMilliseconds: Math.max(1, Math.round(minutes * 60_000)),
      ...(place.dependencies ? { dependencies: place.dependencies } : {}),
      ...(signal ? { signal } : {}),
      onOutput,
    })
}
