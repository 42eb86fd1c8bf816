import { type BundleOptions, type WorkerOptions } from '@temporalio/worker'
import { SimplePlugin } from '@temporalio/plugin'
import { resolve } from 'node:path'
import { type OwnTool } from '../activities/effects/tool.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { openStore } from '../store/open.ts'
import { type ArtifactStore } from '../store/store.ts'
import { createActivities } from '../activities/index.ts'
import { type World } from '../activities/world.ts'
import { interceptorModule, withDeclarations } from './bundle.ts'

/** What a plugin needs to know. */
export interface PluginSettings {
  /** Where workspaces and, without another store, artifacts are. */
  stateFolder: string
  /** Configures providers and names their keys (`process.env`). */
  environment?: Record<string, string | undefined>
  /** The artifact store; when absent what LOOPWRIGHT_ARTIFACTS of the environment names, else a folder of the state folder. */
  store?: ArtifactStore
  /** Tools of one's own; registering them is the permission to use them. */
  tools?: OwnTool[]
  /** The search attributes of ours that the server has registered, so that they are filled (none). */
  searchAttributes?: string[]
}

/** Finds out what confines commands here, and makes the plugin for a worker of one's own. */
export async function openPlugin({ environment = process.env, ...settings }: PluginSettings): Promise<LoopwrightPlugin> {
  const stateFolder = resolve(settings.stateFolder)
  return new LoopwrightPlugin({
    store: settings.store ?? openStore(environment['LOOPWRIGHT_ARTIFACTS'], stateFolder, environment),
    stateFolder,
    environment,
    searchAttributes: settings.searchAttributes ?? [],
    ...(settings.tools ? { tools: settings.tools } : {}),
    sandbox: await openSandbox(environment),
  })
}

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
