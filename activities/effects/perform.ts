import { ApplicationFailure } from '@temporalio/common'
import { type Certain, type EffectCall, type Performed } from '../../contract/effects.ts'
import { type Json } from '../../contract/json.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type Activities } from '../activities.ts'
import { keepText, resolveReferences } from '../artifacts/texts.ts'
import { digest } from '../../contract/digest.ts'
import { check, type CheckedCall, decidedOf, isAgreed } from '../policy/check.ts'
import { redacted } from '../secrets/redact.ts'
import { whileAlive } from '../tools/alive.ts'
import { checked } from '../tools/bind.ts'
import { present } from '../tools/present.ts'
import { ToolRefused } from '../tools/tool.ts'
import { type World } from '../world.ts'
import { contextOf, messageOf, textOf, toolOf } from './call.ts'
import { Limit } from './limit.ts'
import { EffectLog, type End } from './log.ts'
import { described } from './registry.ts'
import { EffectRefused, type OwnTool } from './tool.ts'

const hourMilliseconds = 3_600_000

/** Makes the activity that does an effect: intent, fence, effect, end. */
export function createPerform(world: World, own: Map<string, OwnTool>): Activities['performEffect'] {
  return (call) =>
    whileAlive(async (cancelled): Promise<Performed> => {
      const tool = toolOf(own, call)
      const log = new EffectLog(world.store, call.effect)
      await log.sameCall(call)
      const ended = await log.end()
      if (ended) return certain(world, call, ended)
      const json = await resolveReferences(world.store, call.arguments)
      const unagreed = await notNow(world, tool, call, json, cancelled)
      if (unagreed) return unagreed
      return certain(world, call, await perform(world, tool, call, json, log, cancelled))
    })
}

/** Why it is not done now: denied, to be asked for first, or not what was prepared and agreed to any more. */
async function notNow(
  world: World,
  tool: OwnTool,
  call: EffectCall,
  json: Json,
  cancelled: AbortSignal | undefined,
): Promise<Performed | undefined> {
  const given = json as CheckedCall['arguments']
  const whole: CheckedCall = { ...decidedOf(call), tool: described(tool), arguments: given, run: call.run, stage: call.stage }
  const found = await check(world, whole)
  if ('denied' in found) return { text: found.denied, happened: 'no', how: 'refused' }
  if ('asks' in found) return found
  if (call.prepared !== undefined && tool.prepare) {
    const args = argumentsOf(tool, json)
    if ('refused' in args) return { text: args.refused, happened: 'no', how: 'refused' }
    const prepare = tool.prepare.bind(tool)
    const shown = await new Limit(call.minutes, cancelled).hold((signal) => prepare(args.checked, contextOf(world, tool, call, signal)))
    // What was shown has left this worker without secrets.
    if (digest(redacted(world.redact ?? String, shown)) !== call.prepared) return { changed: true }
  }
  return isAgreed(whole, call.prepared) ? undefined : { changed: true }
}

async function perform(
  world: World,
  tool: OwnTool,
  call: EffectCall,
  json: Json,
  log: EffectLog,
  cancelled: AbortSignal | undefined,
): Promise<End> {
  const args = argumentsOf(tool, json)
  if ('refused' in args) return { text: args.refused, happened: 'no', how: 'refused' }
  const limit = new Limit(call.minutes, cancelled)
  const { mine, at } = await log.intend(call.fence)
  crashPoint('effect.intended')
  const repeatable = call.class === 'keyed' && tool.class === 'keyed'
  const life = (tool.keyLifeHours ?? 24) * hourMilliseconds
  if (!mine && !(repeatable && Date.now() - at < life)) throw unknown(call, 'it was begun before', false)
  if ((await log.isFenced(call.fence)) || limit.isOver()) throw unknown(call, 'it came too late to act', false)
  crashPoint('effect.acting')
  try {
    const text = textOf(await limit.hold((signal) => tool.perform(args.checked, contextOf(world, tool, call, signal))))
    crashPoint('effect.acted')
    const end = await log.finish({ text: await present(world.store, text), happened: 'yes', how: 'performed' })
    crashPoint('effect.finished')
    return end
  } catch (error) {
    if (error instanceof EffectRefused) return log.finish({ text: error.message, happened: 'no', how: 'refused' })
    throw unknown(call, messageOf(error), repeatable && !cancelled?.aborted, error)
  }
}

function argumentsOf(tool: OwnTool, json: Json): { checked: Record<string, unknown> } | { refused: string } {
  try {
    return { checked: checked(tool.name, tool.arguments, json) }
  } catch (error) {
    if (error instanceof ToolRefused) return { refused: error.message }
    throw error
  }
}

/** An end as the workflow receives it. */
export async function certain({ store }: World, { inlineBytes }: EffectCall, { text, happened, how }: End): Promise<Certain> {
  return { text: await keepText(store, text, inlineBytes), happened, how }
}

function unknown({ run, stage, tool }: EffectCall, why: string, retryable: boolean, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'EffectUnknown',
    message: `${tool}: ${why}`,
    nonRetryable: !retryable,
    details: [{ run, stage, effect: 'unknown', next: 'Look whether it happened before doing it again.' }],
    ...(cause instanceof Error ? { cause } : {}),
  })
}
