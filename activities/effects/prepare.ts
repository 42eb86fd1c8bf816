import { type Preparing } from '../../contract/effects.ts'
import { type Activities } from '../activities.ts'
import { resolveReferences } from '../artifacts/texts.ts'
import { whileAlive } from '../tools/alive.ts'
import { checked } from '../tools/bind.ts'
import { ToolRefused } from '../tools/tool.ts'
import { type World } from '../world.ts'
import { contextOf, toolOf } from './call.ts'
import { Limit } from './limit.ts'
import { EffectRefused, type OwnTool } from './tool.ts'

/** Makes the activity that shows what an effect would be. Nothing is written down, because nothing is done. */
export function createPrepare(world: World, own: Map<string, OwnTool>): Activities['prepareEffect'] {
  return (call) =>
    whileAlive(async (cancelled): Promise<Preparing> => {
      const tool = toolOf(own, call)
      const { prepare } = tool
      if (!prepare) return { show: null }
      try {
        const args = checked(tool.name, tool.arguments, await resolveReferences(world.store, call.arguments))
        return await new Limit(call.minutes, cancelled).hold((signal) => prepare.call(tool, args, contextOf(world, tool, call, signal)))
      } catch (error) {
        if (error instanceof ToolRefused || error instanceof EffectRefused) return { refused: error.message }
        throw error
      }
    })
}
