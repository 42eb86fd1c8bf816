import { crashPoint } from '../../store/crash-point.ts'
import { type Activities } from '../activities.ts'
import { resolveReferences } from '../artifacts/texts.ts'
import { whileAlive } from '../tools/alive.ts'
import { checked } from '../tools/bind.ts'
import { type World } from '../world.ts'
import { contextOf, toolOf } from './call.ts'
import { Limit } from './limit.ts'
import { EffectLog } from './log.ts'
import { certain, createPerform } from './perform.ts'
import { createPrepare } from './prepare.ts'
import { createUndo } from './undo.ts'
import { type OwnTool } from './tool.ts'

type Effects = 'performEffect' | 'prepareEffect' | 'compensateEffect' | 'fenceEffect' | 'lookUpEffect'

/** The activities for effects by tools of one's own: do it, stop whoever may still be doing it, look whether it happened. */
export function createEffects(world: World, own: Map<string, OwnTool>): Pick<Activities, Effects> {
  return {
    performEffect: createPerform(world, own),
    prepareEffect: createPrepare(world, own),
    compensateEffect: createUndo(world, own),

    fenceEffect: (call) =>
      whileAlive(async () => {
        const log = new EffectLog(world.store, call.effect)
        await log.sameCall(call)
        // First the fence, then the look: see EffectLog.
        await log.raise(call.fence + 1)
        crashPoint('effect.fenced')
        const ended = await log.end()
        return ended ? { certain: await certain(world, call, ended) } : { begun: await log.intended(call.fence) }
      }),

    lookUpEffect: (call) =>
      whileAlive(async (cancelled) => {
        const log = new EffectLog(world.store, call.effect)
        const ended = await log.end()
        if (ended) return { certain: await certain(world, call, ended) }
        const tool = toolOf(own, call)
        if (call.class === 'once' || !tool.find) return { absent: false, why: 'it cannot be looked up' }
        const args = checked(tool.name, tool.arguments, await resolveReferences(world.store, call.arguments))
        const find = tool.find.bind(tool)
        const found = await new Limit(call.minutes, cancelled).hold((signal) => find(args, contextOf(world, tool, call, signal)))
        if (found.found === 'absent') return { absent: true, why: 'it was looked for and is not there' }
        if (found.found === 'unknown') return { absent: false, why: found.why ?? 'looking for it did not tell' }
        crashPoint('effect.found')
        return { certain: await certain(world, call, await log.finish({ text: found.text, happened: 'yes', how: 'found' })) }
      }),
  }
}
