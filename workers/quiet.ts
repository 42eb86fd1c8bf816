import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker'

const levels: LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']
let installed = false

/** The SDK logs to standard error from errors up, or from what `level` (LOOPWRIGHT_LOG) says; the runtime is one per process. */
export function quiet(hearSignals: boolean, level = 'ERROR'): void {
  if (installed) return
  const known = levels.find((one) => one === level.trim().toUpperCase())
  if (known === undefined) throw new Error(`LOOPWRIGHT_LOG is ${JSON.stringify(level)}; it is one of ${levels.join(', ')}.`)
  installed = true
  Runtime.install({
    logger: new DefaultLogger(known),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
    ...(hearSignals ? {} : { shutdownSignals: [] }),
  })
}
