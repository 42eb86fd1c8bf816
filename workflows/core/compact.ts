import { type EarlierResult, earlier } from '../../contract/compaction.ts'
import { canonicalJson, utf8Bytes } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type Message, type Transcript } from '../../contract/models.ts'
import { inputBound } from '../../contract/tokens.ts'
import { type Tool } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'

/** A conversation and what was said since its head. */
interface Talk {
  transcript?: Transcript
  add: Message[]
}

/** What a chat template and the form of a call add besides the messages. */
const aroundTokens = 1_024
/** The allowance of a reply that `ask` begins with. */
const usualReply = 16_384

/**
 * Makes room when the next call might leave the first model of a chain too little for its reply: the oldest outputs and turns are left out whole, everything else stays
 * word for word, goal and newest objections always. What is left out stays in the artifact store, and `earlier` brings it back.
 */
export async function withRoom(models: string[], tools: Tool[], talk: Talk, maxOutputTokens = usualReply): Promise<Talk> {
  const run = currentRun()
  const [model = ''] = models
  const facts = run.preflight?.models[model]
  if (!facts || model.startsWith('builtin/')) return talk
  const toolsBytes = utf8Bytes(canonicalJson(tools.map(({ name, description, schema }) => ({ name, description, schema }))))
  const reply = Math.min(maxOutputTokens, facts.maxOutput, Math.floor(facts.window / 4))
  const room = facts.window - reply
  if (inputBound({ ...talk, model, toolsBytes }) <= room) return talk
  const most = Math.max(room - toolsBytes - aroundTokens, 0)
  // What its bytes say fits already cannot be made smaller by leaving something out.
  if (inputBound({ ...talk, model: '' }) <= most) return talk
  const { transcript, add } = talk
  const call = { transcript: transcript?.sha256, add, most }
  const step = { name: 'compact', kind: 'tool' as const, text: 'making room in the conversation', call }
  const compacted = await road(step, (path) =>
    activities(path, { summary: step.text }).compactTranscript({ ...(transcript ? { transcript } : {}), add, most }),
  )
  return { transcript: compacted.transcript, add: [] }
}

/** The tools of a turn: once something was left out, also the one that brings it back. */
export function withEarlier(tools: Tool[], transcript: Transcript | undefined): Tool[] {
  return transcript?.compacted ? [...tools, earlier] : tools
}

/** Brings back what was left out of a conversation. */
export function readEarlier(transcript: Transcript, given: { [key: string]: Json }): Promise<EarlierResult> {
  const call = { transcript: transcript.sha256, given }
  return road({ name: 'earlier', kind: 'tool', text: `earlier ${canonicalJson(given)}`, call }, (path) =>
    activities(path, { summary: 'earlier', minutes: 1 }).readEarlier({ transcript, arguments: given, inlineBytes: 512 }),
  )
}
