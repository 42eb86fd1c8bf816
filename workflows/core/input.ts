import { type Ref } from '../../contract/json.ts'
import { type Message } from '../../contract/models.ts'
import { keptOutput } from './output.ts'

/** A text under a name; every result of a stage is one. */
export interface Part {
  name: string
  text: string
}

/** What a model is given to read. */
export interface Input {
  /** What is asked. `{previous}` in it stands for what came before; without, that is appended, each part under its name. */
  prompt?: string
  /** Said before the prompt, in place of it or beside it. */
  messages?: Message[]
  /** What the model is, in general. */
  system?: string
  previous?: string | Part | Part[]
  /** Names of stages that kept their text (`output: 'file-only'`), or artifacts by hash; a missing one fails before any model is asked. */
  reads?: (string | Ref)[]
  /** Words: the facts that are remembered of them are recalled first, and given to it as data. The worker must have a memory. */
  recalls?: string
}

/** The messages of an input; a conversation that goes on has its system message already. */
export function inputMessages({ prompt = '', messages = [], system, previous, reads = [] }: Input, goesOn: boolean): Message[] {
  const asked = promptOf(prompt, previous)
  return [
    ...(system === undefined || goesOn ? [] : [{ role: 'system' as const, content: system }]),
    ...readMessages(reads),
    ...messages,
    ...(asked === '' ? [] : [{ role: 'user' as const, content: asked }]),
  ]
}

/** What a stage reads, each as a message of its own, which is data. */
export function readMessages(reads: (string | Ref)[]): Message[] {
  return reads.map((read) => {
    const [content, source] = typeof read === 'string' ? [keptOutput(read), `the stage ${read}`] : [read, 'an artifact']
    return { role: 'user', content, source }
  })
}

/** A prompt with what came before in its place, or after it. */
export function promptOf(prompt: string, previous: Input['previous']): string {
  // Without anything before it, the words stand for themselves.
  if (previous === undefined) return prompt
  const told = partsOf(previous)
    .map(({ name, text }) => (name === '' ? text : `## ${name}\n${text}`))
    .join('\n\n')
  if (prompt.includes('{previous}')) return prompt.replaceAll('{previous}', () => told)
  return [prompt, told].filter((part) => part !== '').join('\n\n')
}

function partsOf(previous: NonNullable<Input['previous']>): Part[] {
  if (typeof previous === 'string') return [{ name: '', text: previous }]
  return Array.isArray(previous) ? previous : [{ name: '', text: previous.text }]
}
