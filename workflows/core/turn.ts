import { isRef, type Text } from '../../contract/json.ts'
import { type Message, type ToolCall } from '../../contract/models.ts'
import { type Tool } from '../../contract/workspace.ts'
import { type AgentOptions, type AgentState } from './agent.ts'
import { ask } from './ask.ts'
import { type Here } from './group.ts'
import { hear } from './steering.ts'
import { circling, doneBy, emptyTurn, turnDone, withTurn } from './stuck.ts'
import { unfit, use } from './use.ts'

/** Texts in an agent's conversation over this go by hash, so that history grows by a constant per turn. */
const inlineBytes = 512

/** One turn: the model acts on what is new; what its tools answer waits for the next turn. The state before stays as it is, in case the turn fails. */
export async function turn(here: Here, agentPath: string, options: AgentOptions, before: AgentState): Promise<AgentState> {
  const { models, tools, maxOutputTokens } = options
  const { transcript } = before
  const reply = await ask(models, {
    messages: before.add,
    ...(transcript ? { transcript } : {}),
    tools,
    inlineBytes,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  })
  const { add, done, finished } = await act(reply.toolCalls, options)
  let answer: Text | undefined = finished && answerOf(finished)
  if (reply.toolCalls.length === 0 && reply.finish === 'length')
    add.push({ role: 'user', content: 'Your reply was cut off at its length limit. Go on in smaller steps.' })
  else if (reply.toolCalls.length === 0 && reply.text === '') add.push({ role: 'user', content: saidNothing })
  else if (reply.toolCalls.length === 0) answer = reply.text
  const empty = reply.toolCalls.length === 0
  const recent = withTurn(before.recent ?? [], empty ? emptyTurn : turnDone(done))
  const after = { turn: before.turn + 1, transcript: reply.transcript, add, recent, ...(before.nudged ? { nudged: before.nudged } : {}) }
  if (answer === undefined) return seen(after)
  const last = hear(here.run, agentPath, here.path, 'end')
  return last.length > 0 ? { ...after, add: [...add, ...last] } : { ...after, answer, ...(finished ? { finished } : {}) }
}

const saidNothing = 'You neither said nor did anything. Use a tool, or say that you are done.'

/** An agent that goes round in circles is told so once; then it is stopped. */
function seen(state: AgentState): AgentState {
  const why = circling(state.recent ?? [])
  if (why === undefined) return state
  if (state.nudged) return { ...state, circling: why }
  const content = `${why} Do something else, or finish and say what is in the way.`
  return { ...state, nudged: true, add: [...state.add, { role: 'user', content }] }
}

type Given = NonNullable<ToolCall['arguments']>

/** Does the calls of a turn, one after the other, and says what came of each. */
async function act(calls: ToolCall[], options: AgentOptions): Promise<{ add: Message[]; done: (string | undefined)[]; finished?: Given }> {
  const add: Message[] = []
  const done: (string | undefined)[] = []
  let finished: Given | undefined
  for (const call of calls) {
    const tool = options.tools.find(({ name }) => name === call.name)
    const observed = await observe(call, tool, options)
    add.push({ role: 'tool', toolCallId: call.id, content: observed.content })
    done.push(doneBy(call, tool, observed.content))
    finished ??= observed.finished
  }
  return { add, done, ...(finished ? { finished } : {}) }
}

/** Does one tool call and says what came of it; `finish` brings the answer. */
async function observe(call: ToolCall, tool: Tool | undefined, { tools }: AgentOptions): Promise<{ content: Text; finished?: Given }> {
  if (!call.arguments) return { content: `The call was not made: ${call.malformed ?? 'its arguments are not a JSON object'}.` }
  if (!tool) return { content: `There is no tool ${call.name.slice(0, 80)}. There are: ${tools.map(({ name }) => name).join(', ')}.` }
  if (tool.name !== 'finish') return { content: (await use(tool, call.arguments)).text }
  const refused = tool.workspace === undefined ? unfit(tool, call.arguments) : undefined
  return refused === undefined ? { content: 'Finished.', finished: call.arguments } : { content: refused }
}

function answerOf(finished: Given): Text {
  const { answer } = finished
  return typeof answer === 'string' || isRef(answer) ? answer : JSON.stringify(finished)
}
