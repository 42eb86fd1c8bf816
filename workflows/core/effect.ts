import { type EffectCall, effectId } from '../../contract/effects.ts'
import { digest } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type Tool, type UseResult } from '../../contract/workspace.ts'
import { runStopped } from './failure.ts'
import { type Decision, gate } from './gate.ts'
import { group } from './group.ts'
import { Receipts } from './receipts.ts'
import { lookAtTheEnd, untilSettled } from './settle.ts'

/** Texts of a result over this stay in the artifact store. */
const inlineBytes = 512

/**
 * Has an effect done by a tool of one's own, once: what the classes allow is repeated or looked up, and where nobody can know, a person is asked. The epoch
 * in the effect's id rises only when a person says that it did not happen.
 */
export function effect(tool: Tool, argument: { [key: string]: Json }, text: string): Promise<UseResult> {
  const called = { tool: tool.name, argument }
  return group({ name: tool.name, kind: 'tool', text, call: called }, async ({ run, path }) => {
    const { class: effectClass, minutes = 1 } = tool
    for (let epoch = 0, begun = 0; ; epoch++) {
      const id = effectId(run.id, epoch, path)
      const call: EffectCall = {
        ...{ run: run.id, stage: path, effect: id, fence: 0, tool: tool.name },
        ...{ class: effectClass, arguments: argument, minutes, inlineBytes },
      }
      const receipts = new Receipts(run, call)
      let decision: Decision
      try {
        const settled = await untilSettled(call, text, begun, receipts)
        if ('certain' in settled)
          return { text: settled.certain.text, ...failedUnless(settled.certain.happened === 'yes'), receipt: receipts.receipt }
        if ('gaveUp' in settled) return { text: settled.gaveUp, failed: true, receipt: receipts.receipt }
        begun = settled.tries
        decision = await gate({
          kind: 'confirm',
          question: `Nobody knows whether this was done: ${text} (run ${run.id}, ${path}; ${settled.doubt}). Did it happen? yes: it did; no: it did not, do it now; stop: end the run.`,
          show: { ...called, effect: id, call: digest(called) },
        })
      } catch (error) {
        await lookAtTheEnd(call, receipts, error)
        throw error
      }
      const { answer, by = 'a person', note } = decision
      if (answer === 'stop') throw runStopped({ reason: 'declined', why: `${by} stopped the run at a doubtful effect: ${note ?? text}.` })
      receipts.note(answer === 'yes' ? 'yes' : 'no', `told by ${by}`)
      if (answer === 'yes') return { text: `${by} says that it happened. ${note ?? ''}`.trim(), receipt: receipts.receipt }
    }
  })
}

function failedUnless(happened: boolean): { failed?: true } {
  return happened ? {} : { failed: true }
}
