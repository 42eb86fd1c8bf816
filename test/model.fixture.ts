import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { openSandbox } from '../activities/sandbox/open.ts'
import { createCallModel } from '../activities/model/index.ts'
import { defaultSilence, type Silence } from '../activities/model/watch.ts'
import { type Activities } from '../activities/activities.ts'
import { type World } from '../activities/world.ts'
import { type ModelCall, type ModelReply } from '../contract/models.ts'
import { folderStore } from '../store/folder.ts'
import { type ScriptedServer, type ScriptedServerOptions, startScriptedServer } from '../testing/index.ts'

const servers: ScriptedServer[] = []

/** Ends every server that a test started. */
export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()))
}

/** A worker's world in a folder of its own. */
export async function newWorld(environment: World['environment'] = {}): Promise<World> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'loopwright-model-'))
  return {
    store: folderStore(join(stateFolder, 'artifacts')),
    stateFolder,
    environment,
    searchAttributes: ['LoopwrightStatus'],
    sandbox: await openSandbox(),
  }
}

export const question: ModelCall = {
  model: 'openai/scripted',
  add: [{ role: 'user', content: 'hello' }],
  maxOutputTokens: 4_000,
  inlineBytes: 512,
  minutes: 1,
}

/** A scripted server and the activity that asks it. */
export async function modelAt(
  script: ScriptedServerOptions['script'],
  silence: Partial<Silence> = {},
  options: Partial<ScriptedServerOptions> = {},
) {
  const server = await startScriptedServer({ script, ...options })
  servers.push(server)
  const world = await newWorld({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'secret-key-1' })
  const callModel = createCallModel(world, { ...defaultSilence, ...silence })
  return { server, world, ask: asking(callModel) }
}

/** An activity context: hears heartbeats, cancels. Expected failures are not logged. */
export function newContext(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
}

/** Calls the activity, each call in an activity context of its own. */
export function asking(callModel: Activities['callModel']) {
  return (call: Partial<ModelCall> = {}, context = newContext()): Promise<ModelReply> =>
    context.run<[ModelCall], ModelReply, Activities['callModel']>(callModel, { ...question, ...call })
}

/** What a call that must fail failed with. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ type: string; message: string; detail: unknown; failure: ApplicationFailure }> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApplicationFailure)) throw new Error('expected an ApplicationFailure', { cause: error })
  return { type: error.type ?? '', message: error.message, detail: error.details?.[0], failure: error }
}
