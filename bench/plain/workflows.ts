import { proxyActivities } from '@temporalio/workflow'
import type OpenAI from 'openai'
import type * as activities from './activities.ts'

const retry = { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5 }
const { callModel } = proxyActivities<typeof activities>({ startToCloseTimeout: '11 minutes', retry })
const { useTool } = proxyActivities<typeof activities>({ startToCloseTimeout: '2 minutes', retry })

/** The same loop as one writes it from the documentation: the conversation is a list in the workflow, and goes to the model whole. */
export async function plainTurns({ model, folder, turns }: { model: string; folder: string; turns: number }): Promise<number> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'You work in a folder, through tools only.' },
    { role: 'user', content: 'Work.' },
  ]
  for (let turn = 1; turn <= turns; turn++) {
    const reply = await callModel(model, messages)
    messages.push(reply)
    if (!reply.tool_calls?.length) return turn
    for (const call of reply.tool_calls) {
      if (call.type !== 'function') continue
      const content = await useTool(folder, call.function.name, call.function.arguments)
      messages.push({ role: 'tool', tool_call_id: call.id, content })
    }
  }
  return turns
}
