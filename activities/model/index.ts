import { type Json, type Ref } from '../../contract/json.ts'
import { type ModelCall, parseModel } from '../../contract/models.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Activities } from '../activities.ts'
import { resolveText } from '../artifacts/texts.ts'
import { type World } from '../world.ts'
import { builtinReply } from './builtin.ts'
import { cachedStore } from './cached-store.ts'
import { keepReply } from './keep-reply.ts'
import { providerOf } from './providers.ts'
import { type Said, request } from './request.ts'
import { readTranscript, resolveMessage } from './transcript.ts'
import { defaultSilence, type Silence } from './watch.ts'
import { readTools, responseFormat, wireMessage, wireTool } from './wire.ts'

/** Makes the activity that asks a model: one request, and the conversation with its reply in the store. */
export function createCallModel(world: World, silence: Silence = defaultSilence): Activities['callModel'] {
  const store = cachedStore(world.store)
  return async (call) => {
    const name = parseModel(call.model)
    const before = await readTranscript(store, call.transcript?.sha256)
    const messages = await Promise.all([...before.messages, ...call.add].map((message) => resolveMessage(store, message)))
    const tools = await readTools(store, call.tools)
    if (name.provider === 'builtin') return keepReply(store, call, before, messages, builtinReply(name, messages, tools))
    const provider = providerOf(name, world.environment)
    const said = { messages: messages.map(wireMessage), tools: tools.map(wireTool), ...(await formatOf(store, call)) }
    return keepReply(store, call, before, messages, await request(call, name, provider, said, silence))
  }
}

async function formatOf(store: ArtifactStore, { schema }: ModelCall): Promise<Pick<Said, 'format'>> {
  return schema ? { format: responseFormat(await readObject(store, schema)) } : {}
}

async function readObject(store: ArtifactStore, ref: Ref): Promise<{ [key: string]: Json }> {
  const value: { [key: string]: Json } = JSON.parse(await resolveText(store, ref))
  return value
}
