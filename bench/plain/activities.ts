import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import OpenAI from 'openai'

// Temporal retries, so the client doesn't.
const client = new OpenAI({ maxRetries: 0, timeout: 10 * 60_000 })

const properties = { path: { type: 'string' } }
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: { name: 'read', description: 'Reads a text file.', parameters: { type: 'object', properties, required: ['path'] } },
  },
  {
    type: 'function',
    function: {
      name: 'write',
      description: 'Writes a whole file.',
      parameters: { type: 'object', properties: { ...properties, content: { type: 'string' } }, required: ['path', 'content'] },
    },
  },
]

/** Asks the model with the whole conversation. */
export async function callModel(model: string, messages: OpenAI.ChatCompletionMessageParam[]): Promise<OpenAI.ChatCompletionMessage> {
  const { choices } = await client.chat.completions.create({ model, messages, tools, max_tokens: 2_000 })
  const [choice] = choices
  if (!choice) throw new Error('The model gave no reply.')
  return choice.message
}

/** Reads or writes a file of the folder. What the model can mend is an answer. */
export async function useTool(folder: string, name: string, text: string): Promise<string> {
  const { path, content } = argumentsOf(text)
  const file = resolve(folder, path)
  if (!file.startsWith(join(folder, '/'))) return `${path} is outside the folder.`
  if (name === 'read') return readFile(file, 'utf8')
  if (name !== 'write' || content === undefined) return `There is no tool ${name}, or its content is missing.`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return `Wrote ${path} (${content.split('\n').length - 1} lines).`
}

function argumentsOf(text: string): { path: string; content?: string } {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('path' in value) || typeof value.path !== 'string')
    throw ApplicationFailure.nonRetryable('The tool call has no path.')
  return { path: value.path, ...('content' in value && typeof value.content === 'string' ? { content: value.content } : {}) }
}
