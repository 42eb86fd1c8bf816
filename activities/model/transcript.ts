import { z } from 'zod'
import { canonicalJson } from '../../contract/digest.ts'
import { type Message } from '../../contract/models.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { resolveReferences, resolveText } from '../artifacts/texts.ts'
import { failure } from '../failure.ts'

/** One link of a conversation, in the artifact store: what was added, and the hash of what went before. No parent is a fresh start, a shared one a fork. */
export interface TranscriptNode {
  parent?: string
  /** 0 for the first. */
  depth: number
  /** Every 32nd node: the hashes of the 32 before it, nearest first, so that a cold worker reads them at once. */
  before?: string[]
  messages: Message[]
  /** Of the first node, when something was left out: the head of the whole, how many messages that has, and each message's number in it; null: a note of ours. */
  compacted?: { of: string; count: number; numbers: (number | null)[] }
}

/** A conversation as it was read: its messages, and the hashes of its nodes, the newest first. */
export interface Conversation {
  messages: Message[]
  hashes: string[]
  compacted?: TranscriptNode['compacted']
}

const stride = 32
const NodeShape = z.object({
  parent: z.string().optional(),
  depth: z.int(),
  before: z.array(z.string()).optional(),
  messages: z.array(z.unknown()),
  compacted: z.object({ of: z.string(), count: z.int(), numbers: z.array(z.int().nullable()) }).optional(),
})

/** Reads the whole conversation up to a head; large contents stay references. */
export async function readTranscript(store: ArtifactStore, head: string | undefined): Promise<Conversation> {
  if (head === undefined) return { messages: [], hashes: [] }
  const hashes = [head]
  const nodes = [await readNode(store, head)]
  for (;;) {
    const { before, parent } = nodes.at(-1) ?? {}
    const earlier = before ?? (parent === undefined ? [] : [parent])
    if (earlier.length === 0) break
    hashes.push(...earlier)
    nodes.push(...(await Promise.all(earlier.map((hash) => readNode(store, hash)))))
  }
  const { compacted } = nodes.at(-1)!
  return { messages: nodes.toReversed().flatMap(({ messages }) => messages), hashes, ...(compacted ? { compacted } : {}) }
}

/** Adds messages to a conversation and returns the hash of its new head. The same messages on the same conversation have the same hash. */
export async function appendTranscript(store: ArtifactStore, { hashes }: Conversation, messages: Message[]): Promise<string> {
  const [parent] = hashes
  const depth = hashes.length
  const node: TranscriptNode = {
    ...(parent === undefined ? {} : { parent }),
    depth,
    ...(depth > 0 && depth % stride === 0 ? { before: hashes.slice(0, stride) } : {}),
    messages,
  }
  return (await store.put(canonicalJson(node))).sha256
}

/** The message with every reference replaced by its text. */
export async function resolveMessage(store: ArtifactStore, message: Message): Promise<Message> {
  const { content, toolCalls, reasoning, ...rest } = message
  return {
    ...rest,
    ...(reasoning?.back ? { reasoning: { ...reasoning, text: await resolveText(store, reasoning.text) } } : {}),
    content: await resolveText(store, content),
    ...(toolCalls === undefined ? {} : { toolCalls: await Promise.all(toolCalls.map((call) => resolveCall(store, call))) }),
  }
}

async function resolveCall(store: ArtifactStore, call: NonNullable<Message['toolCalls']>[number]) {
  if (call.arguments === undefined) return call
  const members = Object.entries(call.arguments).map(async ([name, value]) => [name, await resolveReferences(store, value)] as const)
  return { ...call, arguments: Object.fromEntries(await Promise.all(members)) }
}

async function readNode(store: ArtifactStore, sha256: string): Promise<TranscriptNode> {
  const text = await resolveText(store, { sha256, bytes: 0 })
  const value = parse(text)
  if (isNode(value)) return value
  throw failure('ArtifactMissing', `The artifact ${sha256} is not part of a transcript.`, {
    effect: 'no',
    next: 'Start the run again: its transcript cannot be read.',
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The hash says that we wrote it; the shape only that it is a node and not another artifact. */
function isNode(value: unknown): value is TranscriptNode {
  return NodeShape.safeParse(value).success
}
