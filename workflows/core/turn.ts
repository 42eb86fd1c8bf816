import { type Message, type ToolCall } from '../../contract/models.ts'
import { type AgentOptions, type AgentState } from './agent.ts'
import { ask } from './ask.ts'
import { type Here } from './group.ts'
import { hear } from './steering.ts'
import { use } from './use.ts'

/** Texts in an agent's conversation over this go by hash, so that history grows by a constant per turn. */
const inlineBytes = 512

/** One turn: the model hears what is new and acts; what its tools answer waits for the next turn. */
export async function turn(here: Here, agentPath: string, options: AgentOptions, state: AgentState): Promise<void> {
  const { models, tools, maxOutputTokens } = options
  const heard = hear(here.run, agentPath, here.path, 'next')
  const { transcript } = state
  const reply = await ask(models, {
    messages: [...state.add, ...heard],
    ...(transcript ? { transcript } : {}),
    tools,
    inlineBytes,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  })
  state.transcript = reply.transcript
  state.add = []
  for (const call of reply.toolCalls) state.add.push(await observe(call, options, state))
  if (reply.toolCalls.length === 0 && reply.finish === 'length')
    state.add.push({ role: 'user', content: 'Your reply was cut off at its length limit. Go on in smaller steps.' })
  else if (reply.toolCalls.length === 0) state.answer = reply.text
  if (state.answer === undefined) return
  const last = hear(here.run, agentPath, here.path, 'end')
  if (last.length === 0) return
  state.add.push(...last)
  delete state.answer
}

/** Does one tool call and says what came of it; `finish` ends the agent instead. */
async function observe(call: ToolCall, { tools }: AgentOptions, state: AgentState): Promise<Message> {
  const tell = (content: Message['content']): Message => ({ role: 'tool', toolCallId: call.id, content })
  if (!call.arguments) return tell(`The call was not made: ${call.malformed ?? 'its arguments are not a JSON object'}.`)
  const tool = tools.find(({ name }) => name === call.name)
  if (!tool) return tell(`There is no tool ${call.name.slice(0, 80)}. There are: ${tools.map(({ name }) => name).join(', ')}.`)
  if (tool.name === 'finish') {
    const { answer } = call.arguments
    state.answer = typeof answer === 'string' ? answer : JSON.stringify(call.arguments)
    return tell('Finished.')
  }
  const result = await use(tool, call.arguments)
  return tell(result.text)
}
