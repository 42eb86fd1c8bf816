import { type Script } from '../testing/index.ts'

/** The models of the bench are called `write-50` and `read-200`: the tool of each turn, and the turns until the model is done. */
export const modelOf = (tool: BenchTool, turns: number): string => `${tool}-${turns}`

/** What each turn does: the read leaves nothing to commit, the write changes a file. */
export const benchTools = ['read', 'write'] as const
export type BenchTool = (typeof benchTools)[number]

/** The file that is read. */
export const notes = 'A note that is read again and again.\n'.repeat(10)

/** A model that votes, each time after another while: from half a second to two, the same ones in every round of 50. */
export const voters = 'votes'

const reasoning = 'The model thinks about what it saw. '.repeat(28)

/** Each turn adds some 1.5 kB to the conversation: reasoning, a tool call and its result. The same conversation always gets the same reply. */
export const script: Script = ({ model, messages, count }) => {
  if (model === voters) return { text: '{"why":"it sells","vote":"spam"}', delayMilliseconds: 500 + ((count % 50) * 1_500) / 49 }
  const [tool, turns] = model.split('-')
  const turn = messages.filter(({ role }) => role === 'assistant').length + 1
  if (turn > Number(turns)) return `Done after ${turns} turns.`
  const call =
    tool === 'read'
      ? // Another call every time: who reads the same again and again is stopped for it.
        { name: 'read', arguments: { path: 'notes.txt', to: 100 + turn } }
      : { name: 'write', arguments: { path: `source-${turn % 20}.js`, content: `Turn ${turn}\n${notes}` } }
  return { text: `Turn ${turn}. ${tool === 'read' ? reasoning.slice(0, 850) : reasoning}`, toolCalls: [call] }
}
