import { type BundleOptions, type WorkerOptions } from '@temporalio/worker'
import { SimplePlugin } from '@temporalio/plugin'
import { createActivities } from '../activities/index.ts'
import { type World } from '../activities/world.ts'
import { interceptorModule, withDeclarations } from './bundle.ts'

/**
 * Puts the roads into anybody's worker: our activities, and what stands around every declared run.
 * Workflow types without a declaration pass through untouched. The payload converter is the host's own.
 */
export class LoopwrightPlugin extends SimplePlugin {
  constructor(world: World) {
    super({ name: 'loopwright', activities: createActivities(world) })
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const configured = super.configureWorker(options)
    const { interceptors } = configured
    const workflowModules = [...new Set([...(interceptors?.workflowModules ?? []), interceptorModule])]
    return {
      maxHeartbeatThrottleInterval: '500ms',
      defaultHeartbeatThrottleInterval: '500ms',
      ...configured,
      interceptors: { ...interceptors, workflowModules },
    }
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    return withDeclarations(super.configureBundler(options))
  }
}
