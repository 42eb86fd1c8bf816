import { type EffectCall, effectId } from '../../contract/effects.ts'
import { digest } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type Tool, type UseResult } from '../../contract/workspace.ts'
import { answerTo } from './answer.ts'
import { group } from './group.ts'
import { settledOnceAgreed } from './permitted.ts'
import { Receipts } from './receipts.ts'
import { currentRun } from './run.ts'
import { lookAtTheEnd } from './settle.ts'
import { rememberToUndo } from './undo.ts'

/** Texts of a result over this stay in the artifact store. */
const inlineBytes = 512

/**
 * Has an effect done by a tool of one's own, once, as far as the run's policies let it: what the classes allow is repeated or looked up, and where nobody can know, a
 * person is asked. The epoch in the effect's id rises only when a person says that it did not happen.
 */
export function effect(tool: Tool, argument: { [key: string]: Json }, text: string): Promise<UseResult> {
  const called = { tool: tool.name, argument }
  return group({ name: tool.name, kind: 'tool', text, call: called }, async ({ run, path }): Promise<UseResult> => {
    const { class: effectClass, minutes = 1 } = tool
    const call: Omit<EffectCall, 'effect'> = {
      ...{ run: run.id, stage: path, fence: 0, tool: tool.name },
      ...{ class: effectClass, arguments: argument, minutes, inlineBytes },
    }
    for (let epoch = 0, begun = 0; ; epoch++) {
      const done = await once(tool, { ...call, effect: effectId(run.id, epoch, path) }, text, begun)
      if ('text' in done) return done
      begun = done.begun
    }
  })
}

/** Does it under one id; `begun`, the number of tries so far, when a person says that it did not happen and is to be done now. */
async function once(tool: Tool, call: EffectCall, text: string, before: number): Promise<UseResult | { begun: number }> {
  const { run: id, stage, arguments: argument, effect: name } = call
  const called = { tool: tool.name, argument }
  const receipts = new Receipts(currentRun(), call)
  try {
    const settled = await settledOnceAgreed(tool, call, text, before, receipts)
    if ('refused' in settled) return { text: settled.refused, failed: true }
    if ('certain' in settled) {
      const { happened, text: said } = settled.certain
      return { text: said, ...(happened === 'yes' ? {} : { failed: true }), receipt: receipts.receipt }
    }
    if ('gaveUp' in settled) return { text: settled.gaveUp, failed: true, receipt: receipts.receipt }
    const question = {
      kind: 'confirm' as const,
      question: `Nobody knows whether this was done: ${text} (run ${id}, ${stage}; ${settled.doubt}). Did it happen? yes: it did; no: it did not, do it now; stop: end the run.`,
      show: { ...called, effect: name, call: digest(called) },
    }
    const { yes, by, note } = await answerTo(question, 'at a doubtful effect', text)
    receipts.note(yes ? 'yes' : 'no', `told by ${by}`)
    if (!yes) return { begun: settled.tries }
    return { text: `${by} says that it happened. ${note ?? ''}`.trim(), receipt: receipts.receipt }
  } catch (error) {
    await lookAtTheEnd(call, receipts, error)
    throw error
  } finally {
    if (receipts.receipt.happened === 'yes') rememberToUndo(currentRun(), tool, call)
  }
}
