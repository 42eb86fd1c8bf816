import { memoryTools } from '../../contract/facts.ts'
import { type Message } from '../../contract/models.ts'
import { tools } from './tools.ts'
import { use } from './use.ts'

/** What is remembered of some words, as a message that is data; fails with `UnknownTool` where the worker has no memory. */
export async function factsOn(query: string): Promise<Message> {
  const [recall] = tools(memoryTools.recall)
  const { text } = await use(recall!, { query })
  return { role: 'user', content: text, source: 'what is remembered' }
}
