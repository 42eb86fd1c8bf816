import { digest } from '../../contract/digest.ts'
import { type EffectCall, type Preparing } from '../../contract/effects.ts'
import { type Json } from '../../contract/json.ts'
import { type Asking } from '../../contract/policy/approval.ts'
import { type Tool } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { agreement, everChanging, mostAgreements } from './agreement.ts'
import { denial, ruleAt, take, timed } from './policy.ts'
import { type Receipts } from './receipts.ts'
import { road } from './road.ts'
import { type Settled, untilSettled } from './settle.ts'

type Certainly = Exclude<Settled, { notYet: unknown }>

/** Prepares an effect, has a person agree to what that shows where a rule asks, and has it done; when it is another one by then, they are asked again. */
export async function settledOnceAgreed(
  tool: Tool,
  plain: EffectCall,
  text: string,
  begun: number,
  receipts: Receipts,
): Promise<Certainly | { refused: string }> {
  const { stage, arguments: argument } = plain
  const ruled = ruleAt(stage, tool, argument)
  const refused = denial(ruled)
  if (refused !== undefined) return { refused }
  let asking: Asking | undefined = ruled.then === 'ask' ? ruled : undefined
  const counts = ruled.counted.some(({ limits }) => limits?.dollars !== undefined)
  for (let round = 0, tries = begun; round < mostAgreements; round++) {
    const shown = tool.prepares && (asking || counts) ? await prepare(plain, text) : undefined
    if (shown?.refused !== undefined) return { refused: shown.refused }
    const prepared = shown && { ...shown, digest: digest(shown) }
    const agreed: { approved?: string; refused?: string } = asking ? await agreement({ tool, argument, text, asking, prepared }) : {}
    if (agreed.refused !== undefined) return { refused: agreed.refused }
    const over = await take(ruled, stage, shown?.dollars)
    if (over !== undefined) return { refused: over }
    const call = { ...plain, ...ruled.decided, ...agreed, ...(prepared ? { prepared: prepared.digest } : {}) }
    const settled = await timed(ruled, () => untilSettled(call, text, tries, receipts))
    if (!('notYet' in settled)) return settled
    tries = settled.tries
    if ('asks' in settled.notYet) asking = settled.notYet.asks
  }
  return { refused: everChanging }
}

/** Shows what an effect would be; nothing is done. */
function prepare(call: EffectCall, text: string): Promise<Preparing> {
  const { tool, arguments: argument, minutes } = call
  const step = {
    name: 'prepare',
    kind: 'tool' as const,
    text: `to be shown: ${text}`,
    call: { tool, argument } satisfies Record<string, Json>,
  }
  return road(step, (path) => activities(path, { summary: step.text, minutes }).prepareEffect(call))
}
