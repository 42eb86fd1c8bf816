import { type Undone } from '../../contract/effects.ts'
import { type Activities } from '../activities.ts'
import { resolveReferences } from '../artifacts/texts.ts'
import { whileAlive } from '../tools/alive.ts'
import { checked } from '../tools/bind.ts'
import { type World } from '../world.ts'
import { contextOf, messageOf, toolOf } from './call.ts'
import { Limit } from './limit.ts'
import { EffectLog } from './log.ts'
import { EffectRefused, type OwnTool } from './tool.ts'

/** Makes the activity that undoes an effect, once: an intent is written down first, and where one stands already nobody knows how it ended. */
export function createUndo(world: World, own: Map<string, OwnTool>): Activities['compensateEffect'] {
  return (call) =>
    whileAlive(async (cancelled): Promise<Undone> => {
      const tool = toolOf(own, call)
      const { compensate } = tool
      if (!compensate) return { undone: false, why: 'could not undo: it has no way to' }
      const log = new EffectLog(world.store, `${call.effect}/undo`)
      const ended = await log.end()
      if (ended) return ended.happened === 'yes' ? { undone: true } : { undone: false, why: ended.text }
      const args = checked(tool.name, tool.arguments, await resolveReferences(world.store, call.arguments))
      if (!(await log.intend(0)).mine) return { undone: false, why: 'needs you: it was begun and then cut off' }
      try {
        await new Limit(call.minutes, cancelled).hold((signal) => compensate.call(tool, args, contextOf(world, tool, call, signal)))
        await log.finish({ text: 'undone', happened: 'yes', how: 'performed' })
        return { undone: true }
      } catch (error) {
        if (!(error instanceof EffectRefused)) return { undone: false, why: `needs you: ${messageOf(error)}` }
        const why = `could not undo: ${error.message}`
        await log.finish({ text: why, happened: 'no', how: 'refused' })
        return { undone: false, why }
      }
    })
}
