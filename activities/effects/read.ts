import { asyncLocalStorage } from '@temporalio/activity'
import { type InjectedTools } from '../tools/bind.ts'
import { effectId } from '../../contract/effects.ts'
import { check, type CheckedCall, decidedOf } from '../policy/check.ts'
import { Unagreed } from '../policy/guard.ts'
import { checked } from '../tools/bind.ts'
import { ToolRefused } from '../tools/tool.ts'
import { type World } from '../world.ts'
import { described } from './registry.ts'
import { contextOf, messageOf, textOf, toolOf } from './call.ts'
import { Limit } from './limit.ts'
import { EffectRefused, type OwnTool } from './tool.ts'

/** What fails is tried this often before the model reads about it: nothing was changed, so it may be. */
const mostTries = 3

/** Reads with a tool of one's own. */
export function readWithOwn(world: World, own: Map<string, OwnTool>): NonNullable<InjectedTools['own']> {
  return async (call, json, signal) => {
    const tool = toolOf(own, call)
    if (tool.class !== 'read') throw new ToolRefused(`${tool.name} is not a tool that only reads; nothing was done.`)
    const allowed = await check(world, {
      ...decidedOf(call),
      tool: described(tool),
      arguments: json as CheckedCall['arguments'],
      run: call.run,
      stage: call.stage,
    })
    if ('denied' in allowed) throw new ToolRefused(allowed.denied)
    if ('asks' in allowed) throw new Unagreed(allowed)
    const named = { ...call, effect: effectId(call.run, 0, call.stage) }
    const args = checked(tool.name, tool.arguments, json)
    try {
      return {
        text: textOf(await new Limit(call.minutes, signal).hold((within) => tool.perform(args, contextOf(world, tool, named, within)))),
      }
    } catch (error) {
      if (error instanceof EffectRefused) throw new ToolRefused(error.message)
      const tries = asyncLocalStorage.getStore()?.info.attempt ?? mostTries
      if (tries < mostTries || signal?.aborted) throw error
      throw new ToolRefused(`${tool.name} failed ${tries} times: ${messageOf(error)}`)
    }
  }
}
