import { DefaultLogger, Runtime } from '@temporalio/worker'

let installed = false
/** The SDK logs to standard error from errors up; the runtime is one per process. */
export function quiet(hearSignals: boolean): void {
  if (installed) return
  installed = true
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
    ...(hearSignals ? {} : { shutdownSignals: [] }),
  })
}
