import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, type BundleOptions, DefaultLogger } from '@temporalio/worker'
import { sealedFailureConverterPath, storedPayloadConverterPath } from '../store/data-converter.ts'

type Hook = NonNullable<BundleOptions['webpackConfigHook']>

/** The same modules from the sources and from the build. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const here = (path: string) => fileURLToPath(new URL(`../${path}.${extension}`, import.meta.url))

/** Where the packages are that Loopwright itself uses. */
const ourModules = join(createRequire(import.meta.url).resolve('@temporalio/workflow/package.json'), '..', '..', '..')

/** The workflows that ship with Loopwright. */
export const ownWorkflows = here('workflows/index')
/** What stands around every declared run. */
export const interceptorModule = here('workflows/core/interceptors')

/** Tells a bundle where the declarations are: ours and those of the workflows file. */
export function withDeclarations(options: BundleOptions): BundleOptions {
  if (!existsSync(options.workflowsPath)) throw new Error(`There is no workflows file ${options.workflowsPath}.`)
  const { webpackConfigHook = (config) => config, workflowsPath, workflowInterceptorModules = [], preloadModules = [] } = options
  const hook: Hook = (config) => {
    const given = webpackConfigHook(config)
    const alias = { 'loopwright-declarations$': here('workflows/core/declarations'), 'loopwright-workflows$': workflowsPath }
    return {
      ...given,
      resolve: {
        ...given.resolve,
        alias: { ...(Array.isArray(given.resolve?.alias) ? {} : given.resolve?.alias), ...alias },
        // A project that links to Loopwright instead of installing it has no Temporal of its own.
        modules: [...(given.resolve?.modules ?? ['node_modules']), ourModules],
      },
    }
  }
  return {
    ...options,
    workflowInterceptorModules: [...new Set([...workflowInterceptorModules, interceptorModule])],
    preloadModules: [...new Set([...preloadModules, here('contract/preloaded')])],
    webpackConfigHook: hook,
  }
}

/** The bundle of our own workflows that the build has made, so that a worker starts in a second instead of four; undefined in the sources and for other workflows. */
export function prebuiltBundle(workflowsPath: string): { codePath: string } | undefined {
  const codePath = fileURLToPath(new URL('../workflows.bundle.js', import.meta.url))
  return extension === 'js' && workflowsPath === ownWorkflows && existsSync(codePath) ? { codePath } : undefined
}

/**
 * Names the code of a bundle for Temporal, which writes it into six events of every turn: the default has 96 bytes, of which the digest's first
 * 12 digits say enough.
 */
export function buildIdOf(bundle: { code: string } | { codePath: string }): string {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath)
  return `loopwright+${createHash('sha256').update(code).digest('hex').slice(0, 12)}`
}

/** Bundles a workflows file, ours if none is named, for workers and replay; `sealed` where encryption is on. */
export async function bundleWorkflows(workflowsPath = ownWorkflows, sealed = false): Promise<{ code: string }> {
  const logger = new DefaultLogger('WARN')
  const failures = sealed ? { failureConverterPath: sealedFailureConverterPath } : {}
  return bundleWorkflowCode(withDeclarations({ workflowsPath, payloadConverterPath: storedPayloadConverterPath, ...failures, logger }))
}
