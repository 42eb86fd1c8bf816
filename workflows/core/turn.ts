import { isRef, type Text } from '../../contract/json.ts'
import { act, type Given } from './act.ts'
import { type AgentOptions, type AgentState } from './agent.ts'
import { ask } from './ask.ts'
import { withEarlier, withRoom } from './compact.ts'
import { type Here } from './group.ts'
import { hear } from './steering.ts'
import { circling, emptyTurn, turnDone, withTurn } from './stuck.ts'
import { offeredTo } from './tools.ts'

/** Texts in an agent's conversation over this go by hash, so that history grows by a constant per turn. */
const inlineBytes = 512

/** One turn: the model acts on what is new; what its tools answer waits for the next turn. The state before stays as it is, in case the turn fails. */
export async function turn(here: Here, agentPath: string, options: AgentOptions, before: AgentState): Promise<AgentState> {
  const { models, maxOutputTokens } = options
  const { transcript, add: messages } = await withRoom(models, withEarlier(options.tools, before.transcript), before, maxOutputTokens)
  const tools = withEarlier(options.tools, transcript)
  const reply = await ask(models, {
    messages,
    ...(transcript ? { transcript } : {}),
    tools,
    inlineBytes,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  })
  const { add, done, finished } = await act(reply, offeredTo(reply.model, tools))
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

function answerOf(finished: Given): Text {
  const { answer } = finished
  return typeof answer === 'string' || isRef(answer) ? answer : JSON.stringify(finished)
}
