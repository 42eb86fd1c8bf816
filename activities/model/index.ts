import { ApplicationFailure } from '@temporalio/common'
import { type ModelCall, type ModelName, parseModel } from '../../contract/models.ts'
import { type JsonSchema } from '../../contract/structured.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Activities } from '../activities.ts'
import { resolveText } from '../artifacts/texts.ts'
import { type World } from '../world.ts'
import { builtinReply } from './builtin.ts'
import { Breaker } from './breaker.ts'
import { cachedStore } from './cached-store.ts'
import { callsInWords, inWords } from './in-words.ts'
import { keepReply } from './keep-reply.ts'
import { modelFailure } from './errors.ts'
import { providerOf, type Provider } from './providers.ts'
import { redacted } from '../secrets/redact.ts'
import { withSources } from './provenance.ts'
import { readSettings } from './read-settings.ts'
import { type Said, request } from './request.ts'
import { readTranscript, resolveMessage } from './transcript.ts'
import { defaultSilence, type Silence } from './watch.ts'
import { readForm, saidForm } from './structured.ts'
import { readTools, wireMessage, wireTool } from './wire.ts'

/** Makes the activity that asks a model: one request, and the conversation with its reply in the store. */
export function createCallModel(
  world: World,
  silence: Silence = defaultSilence,
  breaker: Breaker = new Breaker(world.store),
): Activities['callModel'] {
  const store = cachedStore(world.store)
  return async (call) => {
    const name = parseModel(call.model)
    const before = await readTranscript(store, call.transcript?.sha256)
    const messages = await Promise.all([...before.messages, ...call.add].map((message) => resolveMessage(store, message)))
    const [tools] = await Promise.all([readTools(store, call), call.toolList === undefined ? undefined : store.put(call.toolList)])
    if (name.provider === 'builtin') return keepReply(store, call, before, messages, builtinReply(name, messages, tools))
    const provider = lacking(await reachable(name, world), call)
    const { redact = (text: string) => text } = world
    const say = async (said: Said) => ({
      // What it was told without leave, it may say.
      ...redacted(redact, await breaker.through(provider.name, () => request(call, name, provider, said, silence))),
      ...(provider.wantsReasoning ? { back: true as const } : {}),
    })
    const schema = await readSchema(store, call)
    const told = inWords(withSources(messages), tools, provider.lacks).map((message) => wireMessage(message, provider.name))
    const worded = provider.lacks.includes('tools')
    const said = { messages: told, tools: worded ? [] : tools.map(wireTool) }
    if (!call.output || !schema) {
      const raw = await say(said)
      return keepReply(store, call, before, messages, worded ? callsInWords(raw, tools) : raw)
    }
    const { form } = call.output
    const { raw, ...read } = readForm(await say({ ...said, ...saidForm(form, schema) }), form, schema)
    // What was read is the result; the words are in the conversation.
    return { ...(await keepReply(store, { ...call, inlineBytes: 0 }, before, messages, raw)), ...read }
  }
}

/** The provider of a model. One whose key or settings have gone since the run began is as one that refuses the key: the run can wait for it. */
async function reachable(name: ModelName, world: World): Promise<Provider> {
  try {
    return providerOf(name, world.environment, await readSettings(world))
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !['MissingKey', 'InvalidInput'].includes(error.type ?? '')) throw error
    throw modelFailure('Unauthorized', error.message, { charged: 'no' })
  }
}

/** What was found out in this run is not asked for again. */
function lacking(provider: Provider, { lacks = [] }: ModelCall): Provider {
  return { ...provider, lacks: [...new Set([...provider.lacks, ...lacks])] }
}

async function readSchema(store: ArtifactStore, { output }: ModelCall): Promise<JsonSchema | undefined> {
  return output && (JSON.parse(await resolveText(store, output.schema)) as JsonSchema)
}
