import { type EffectCall } from '../../contract/effects.ts'
import { type Json } from '../../contract/json.ts'
import { type Tool } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { structured } from './recall.ts'
import { type Run } from './run.ts'

const undoKey = 'effects:undo'

/** Remembers an effect that can be undone, should the run be stopped. */
export function rememberToUndo(run: Run, tool: Tool, call: EffectCall): void {
  if (!tool.compensates) return
  const { approved: _approved, prepared: _prepared, ...known } = call
  run.state[undoKey] = [...((run.state[undoKey] ?? []) as Json[]), structured(known)]
}

/** Undoes what a run has done, the last first, and says of each whether that worked. */
export async function undoAll(run: Run): Promise<string> {
  const calls = structured<EffectCall[]>(run.state[undoKey] ?? [])
  delete run.state[undoKey]
  let told = ''
  for (const call of calls.reverse()) {
    const how = await undo(call)
    const receipt = run.effects.get(call.effect)
    if (receipt) run.effects.set(call.effect, { ...receipt, undone: how })
    told += how === 'undone' ? ` Undone: ${call.tool} (effect ${call.effect}).` : ` ${call.tool} (effect ${call.effect}) ${how}.`
  }
  return told
}

async function undo(call: EffectCall): Promise<string> {
  try {
    const { minutes } = call
    const undone = await activities(`${call.stage}/undo`, { summary: `undo ${call.tool}`, minutes }).compensateEffect(call)
    return undone.undone ? 'undone' : undone.why
  } catch {
    return 'needs you: nobody knows whether it was undone'
  }
}
