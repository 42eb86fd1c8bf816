import { expect } from '@jest/globals'
import { type InjectedTools } from '../activities/tools/bind.ts'
import { createUseTool } from '../activities/tools/use.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { type World } from '../activities/world.ts'
import { isRef, type Json } from '../contract/json.ts'
import { type UseCall, type UseResult, type WorkspaceAt } from '../contract/workspace.ts'
import { contents, newRepository, newWorld, opened, writeFiles } from './workspace.fixture.ts'

/** Tools whose work is done elsewhere, as plain as they can be. */
export const injected: InjectedTools = {
  tests: async ({ folder }, command) => ({ text: `${command.join(' ')} on ${Object.keys(contents(folder)).join(' ')}` }),
  repair: async ({ folder }) => {
    writeFiles(folder, { 'a.txt': 'repaired\n' })
    return { text: 'repaired' }
  },
}

/** A workspace whose tools are called one after the other. */
export interface Bench {
  world: World
  workspace: WorkspaceAt
  /** Calls a tool at the workspace's commit, and moves on to the commit that it made. */
  use(tool: string, args: { [key: string]: Json }, more?: Partial<UseCall>): Promise<UseResult & { text: string }>
  files(): Promise<Record<string, string>>
}

/** Opens one on a repository of these files. */
export async function bench(files?: Record<string, string | Uint8Array>, prepare: (source: string) => void = () => {}): Promise<Bench> {
  const world = newWorld()
  const source = newRepository(files)
  prepare(source)
  const workspace = await opened(world, source)
  const useTool = createUseTool(world, injected)
  let count = 0
  return {
    world,
    workspace,
    async use(tool, args, more = {}) {
      count += 1
      const stage = `loop#1/attempt#1/${tool}#${count}`
      const call = { run: 'run-1', stage, tool, arguments: args, workspace: { ...workspace }, minutes: 1 }
      const result = await useTool({ ...call, allowRun: true, test: ['npm', 'test'], inlineBytes: 1_000_000, ...more })
      if (result.commit) workspace.commit = result.commit
      return { ...result, text: isRef(result.text) ? await world.store.text(result.text.sha256) : result.text }
    },
    files: () => withCheckout(world, workspace, 'test', async (folder) => contents(folder)),
  }
}

/** A result that says why nothing was done. */
export const refused = (why: RegExp) => ({ failed: true, text: expect.stringMatching(why) })
