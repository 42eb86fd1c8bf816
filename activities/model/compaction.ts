import { canonicalJson } from '../../contract/digest.ts'
import { type Compaction, Earlier } from '../../contract/compaction.ts'
import { type Message } from '../../contract/models.ts'
import { messageBytes } from '../../contract/tokens.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Activities } from '../activities.ts'
import { keepText } from '../artifacts/texts.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'
import { compact, isLeftOut, type Numbered } from './compact.ts'
import { appendTranscript, type Conversation, readTranscript, resolveMessage, type TranscriptNode } from './transcript.ts'

/** The most characters that `earlier` brings back at once. */
const mostCharacters = 8_000

/** The activities that leave things out of a conversation and bring them back. */
export function createCompaction({ store }: World): Pick<Activities, 'compactTranscript' | 'readEarlier'> {
  return {
    compactTranscript: (call) => whileAlive(() => compactTranscript(store, call)),
    readEarlier: ({ transcript, arguments: given, inlineBytes }) =>
      whileAlive(async () => {
        const { message, from = 0 } = Earlier.parse(given)
        const found = await earlierMessage(store, transcript.sha256, message)
        if (!found) return { text: `There is no message ${message} in this conversation.`, failed: true }
        const text = wordsOf(await resolveMessage(store, found))
        const part = text.slice(from, from + mostCharacters)
        const cut = part.length === text.length ? '' : `\n[characters ${from}–${from + part.length} of ${text.length}]`
        return { text: await keepText(store, `${part}${cut}`, inlineBytes) }
      }),
  }
}

async function compactTranscript(store: ArtifactStore, { transcript, add, most }: Compaction): ReturnType<Activities['compactTranscript']> {
  const before = await readTranscript(store, transcript?.sha256)
  const whole = numbered(before, add)
  const kept = compact(whole, most)
  const count = (before.compacted?.count ?? 0) + whole.length - (before.compacted?.numbers.length ?? 0)
  const of = add.length > 0 ? await appendTranscript(store, before, add) : before.hashes[0]!
  const messages = kept.map(({ message }) => message)
  const node: TranscriptNode = { depth: 0, messages, compacted: { of, count, numbers: kept.map(({ number }) => number) } }
  const { sha256 } = await store.put(canonicalJson(node))
  const bytes = messages.reduce((sum, message) => sum + messageBytes(message), 0)
  return {
    // Nobody has counted it yet: its bytes bound it.
    transcript: { sha256, bytes, tokens: 0, model: '', compacted: true },
    messages: count - kept.filter(({ number }) => number !== null).length,
    outputs: messages.filter(isLeftOut).length,
  }
}

/** The messages of a conversation and those since, with their numbers in the whole. */
function numbered({ messages, compacted }: Conversation, add: Message[]): Numbered[] {
  const { numbers, count } = compacted ?? { numbers: [], count: 0 }
  return [...messages, ...add].map((message, index) => ({
    message,
    number: index < numbers.length ? numbers[index]! : count + index - numbers.length,
  }))
}

/** A message of the whole conversation, wherever it was left out. */
async function earlierMessage(store: ArtifactStore, head: string, number: number): Promise<Message | undefined> {
  const { messages, compacted } = await readTranscript(store, head)
  if (!compacted) return messages[number]
  if (number < compacted.count) return earlierMessage(store, compacted.of, number)
  return messages[compacted.numbers.length + number - compacted.count]
}

/** A message as it is read back: its text, and its calls as JSON. */
function wordsOf({ content, toolCalls }: Message): string {
  const calls = (toolCalls ?? []).map(({ name, arguments: given }) => canonicalJson({ tool: name, arguments: given ?? null }))
  return [typeof content === 'string' ? content : '', ...calls].filter((part) => part !== '').join('\n')
}
