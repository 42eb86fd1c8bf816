import { costOf } from '../../contract/cost.ts'
import { isRef, type Json } from '../../contract/json.ts'
import { callBound } from '../../contract/tokens.ts'
import { type Cost, type Quoted, type Told, type TraceOf } from '../../contract/trace.ts'
import { type Archive } from '../archive.ts'
import { type Activity, ifMissing, quote, quoteAll } from './reading.ts'
import { ModelErrorDetail, ModelInput, ModelResult, ThoughtNode } from './shapes.ts'
import { type Setting, stepOf } from './step.ts'

/** A model call: what it was told since the conversation that it continues, what it said, and what that cost. */
export async function modelRecord(archive: Archive, activity: Activity, setting: Setting): Promise<TraceOf<'model'> | undefined> {
  const input = ModelInput.safeParse(activity.input)
  if (!input.success) return undefined
  const { model, transcript, add, tools, output, maxOutputTokens: allowance } = input.data
  const result = ModelResult.safeParse(activity.result)
  const reply = result.success ? result.data : undefined
  return {
    kind: 'model',
    ...stepOf(activity, { kind: 'rule', name: setting.workflow }),
    model,
    before: transcript?.sha256,
    told: await Promise.all(add.map((message) => told(archive, message))),
    tools,
    schema: output?.schema,
    allowance,
    thought: reply && (await thought(archive, reply.transcript.sha256)),
    said: reply && (await quote(archive, reply.text)),
    calls: reply && (await quoteAll(archive, reply.toolCalls as Json)),
    finish: reply?.finish,
    after: reply?.transcript.sha256,
    cost: costRecord(input.data, activity, reply?.usage, setting),
  }
}

/** What the model thought stands with what it said, in the conversation only. */
async function thought(archive: Archive, head: string): Promise<Quoted | undefined> {
  const node = await archive.store.text(head).catch(ifMissing(undefined))
  const said = node === undefined ? undefined : ThoughtNode.safeParse(JSON.parse(node)).data?.messages.at(-1)
  return said?.reasoning && quote(archive, said.reasoning.text)
}

async function told(archive: Archive, { role, content, toolCalls, toolCallId, source }: ModelInput['add'][number]): Promise<Told> {
  const calls = toolCalls && (await quoteAll(archive, toolCalls))
  // What a tool answered stands at its own record.
  const text: Quoted = role === 'tool' && isRef(content) ? content : await quote(archive, content)
  return { role, content: text, toolCalls: calls, toolCallId, ...(source === undefined ? {} : { source }) }
}

/** As the ledger charges it: what was counted, nothing when it was refused, and the whole reservation when nobody knows. */
function costRecord(
  input: ModelInput,
  { ended, error }: Activity,
  usage: Cost | { input: number; output: number } | undefined,
  setting: Setting,
): Cost {
  const price = setting.prices[input.model] ?? null
  const cost = (used: { input: number; output: number }, charged: Cost['charged']): Cost => ({
    input: used.input,
    output: used.output,
    microDollars: price && costOf({ price }, used),
    charged,
  })
  if (usage) return cost(usage, 'counted')
  const nothing = { input: 0, output: 0 }
  if (ended === undefined && setting.open) return cost(nothing, 'open')
  const detail = ModelErrorDetail.safeParse(error?.detail)
  if (detail.success && detail.data.usage) return cost(detail.data.usage, 'counted')
  if (detail.success && detail.data.charged === 'no') return cost(nothing, 'nothing')
  return cost({ input: callBound(input), output: input.maxOutputTokens }, 'whole')
}
