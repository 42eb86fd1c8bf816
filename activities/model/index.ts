import { type ModelCall, parseModel } from '../../contract/models.ts'
import { type JsonSchema } from '../../contract/structured.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Activities } from '../activities.ts'
import { resolveText } from '../artifacts/texts.ts'
import { type World } from '../world.ts'
import { builtinReply } from './builtin.ts'
import { cachedStore } from './cached-store.ts'
import { keepReply } from './keep-reply.ts'
import { providerOf } from './providers.ts'
import { request } from './request.ts'
import { readTranscript, resolveMessage } from './transcript.ts'
import { defaultSilence, type Silence } from './watch.ts'
import { readForm, saidForm } from './structured.ts'
import { readTools, wireMessage, wireTool } from './wire.ts'

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
    const schema = await readSchema(store, call)
    const said = { messages: messages.map(wireMessage), tools: tools.map(wireTool) }
    if (!call.output || !schema) return keepReply(store, call, before, messages, await request(call, name, provider, said, silence))
    const { form } = call.output
    const { raw, ...read } = readForm(await request(call, name, provider, { ...said, ...saidForm(form, schema) }, silence), form, schema)
    // What was read is the result; the words are in the conversation.
    return { ...(await keepReply(store, { ...call, inlineBytes: 0 }, before, messages, raw)), ...read }
  }
}

async function readSchema(store: ArtifactStore, { output }: ModelCall): Promise<JsonSchema | undefined> {
  return output && (JSON.parse(await resolveText(store, output.schema)) as JsonSchema)
}
