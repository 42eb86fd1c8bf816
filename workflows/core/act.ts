import { askPerson } from '../../contract/ask-person.ts'
import { earlier } from '../../contract/compaction.ts'
import { type Text } from '../../contract/json.ts'
import { type Message, type ModelReply, type ToolCall, type Transcript } from '../../contract/models.ts'
import { type Tool } from '../../contract/workspace.ts'
import { askedPerson } from './ask-person.ts'
import { readEarlier } from './compact.ts'
import { doneBy } from './stuck.ts'
import { unfit, use } from './use.ts'

/** The arguments of a call. */
export type Given = NonNullable<ToolCall['arguments']>

/** What came of the calls of a turn: what the model is told, their fingerprints, and its answer if it gave one. */
interface Acted {
  add: Message[]
  done: (string | undefined)[]
  finished?: Given
}

/** Does the calls of a turn and says what came of each, in their order. Those that only read, and follow one another, are made side by side. */
export async function act({ toolCalls, transcript }: Pick<ModelReply, 'toolCalls' | 'transcript'>, tools: Tool[]): Promise<Acted> {
  const acted: Acted = { add: [], done: [] }
  for (const calls of sideBySide(toolCalls, tools)) {
    const observed = await together(calls.map((call) => () => observe(call, tools, transcript)))
    for (const [index, { content, finished }] of observed.entries()) {
      const call = calls[index]!
      acted.add.push({ role: 'tool', toolCallId: call.id, content })
      acted.done.push(doneBy(call, toolOf(call, tools), content))
      if (finished) acted.finished ??= finished
    }
  }
  return acted
}

const toolOf = ({ name }: ToolCall, tools: Tool[]) => tools.find((tool) => tool.name === name)

/** Calls that may be made at once: what changes something is alone, and nothing overtakes it. */
function sideBySide(calls: ToolCall[], tools: Tool[]): ToolCall[][] {
  const batches: { reads: boolean; calls: ToolCall[] }[] = []
  for (const call of calls) {
    const reads = toolOf(call, tools)?.class === 'read'
    const last = batches.at(-1)
    if (reads && last?.reads) last.calls.push(call)
    else batches.push({ reads, calls: [call] })
  }
  return batches.map((batch) => batch.calls)
}

/** All are begun in their order, so that each has its path, and all are waited for before the first failure is thrown. */
async function together<T>(works: (() => Promise<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(works.map((work) => work()))
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Does one tool call and says what came of it; `finish` brings the answer. */
async function observe(call: ToolCall, tools: Tool[], transcript: Transcript): Promise<{ content: Text; finished?: Given }> {
  const tool = toolOf(call, tools)
  if (!call.arguments) return { content: `The call was not made: ${call.malformed ?? 'its arguments are not a JSON object'}.` }
  if (!tool) return { content: `There is no tool ${call.name.slice(0, 80)}. There are: ${tools.map(({ name }) => name).join(', ')}.` }
  const needsCheck = tool === earlier || tool === askPerson || (tool.name === 'finish' && tool.workspace === undefined)
  const refused = needsCheck ? unfit(tool, call.arguments) : undefined
  if (refused !== undefined) return { content: refused }
  if (tool.name === 'finish') return { content: 'Finished.', finished: call.arguments }
  if (tool === askPerson) return { content: await askedPerson(call.arguments) }
  const { text } = tool === earlier ? await readEarlier(transcript, call.arguments) : await use(tool, call.arguments)
  return { content: text }
}
