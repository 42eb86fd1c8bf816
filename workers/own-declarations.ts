import { AsyncLocalStorage } from 'node:async_hooks'
import { createContext, Script } from 'node:vm'
import { z } from 'zod'
import { type Declaration } from '../contract/declaration.ts'
import { bundleWorkflows } from './bundle.ts'

/** What the bundler leaves in the context that its code runs in. */
interface Bundled {
  __TEMPORAL__: { importWorkflows(): { declarations?: Record<string, Declaration> } }
}

/** The declarations of a workflows file of one's own, read as a worker reads it, without a server; empty where it declares nothing. */
export async function ownDeclarations(workflowsPath: string): Promise<Record<string, Declaration>> {
  const { code } = await bundleWorkflows(workflowsPath)
  const isolate = {
    AsyncLocalStorage,
    TextEncoder,
    TextDecoder,
    URL,
    URLSearchParams,
    AbortController,
    console,
    __webpack_module_cache__: {},
  }
  // Where zod keeps what `describe` said.
  const globals = { ...isolate, __zod_globalRegistry: z.globalRegistry }
  const context = createContext(globals) as typeof globals & Bundled
  new Script(code, { filename: workflowsPath }).runInContext(context)
  return context.__TEMPORAL__.importWorkflows().declarations ?? {}
}
