import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals'
import { z } from 'zod'
import { createEffects } from '../activities/effects/activities.ts'
import { registered } from '../activities/effects/registry.ts'
import { EffectRefused, type OwnTool } from '../activities/effects/tool.ts'
import { type Activities } from '../activities/activities.ts'
import { type EffectCall } from '../contract/effects.ts'
import { type ArtifactStore } from '../store/store.ts'
import { effectTools } from './support/effect-tools.mjs'
import { type Recorder, startRecorder } from './support/recorder.ts'
import { newWorld, removeFolders } from './workspace.fixture.ts'

let recorder: Recorder
let world: ReturnType<typeof newWorld>
beforeEach(async () => {
  recorder = await startRecorder()
  world = { ...newWorld(), environment: { RECORDER_URL: recorder.url } }
})
afterEach(() => recorder.close())
afterAll(removeFolders)

/** A worker's activities on the common store, or on one that does something in between. */
function worker(
  store: ArtifactStore = world.store,
  tools: OwnTool[] = effectTools(EffectRefused),
): Pick<Activities, 'performEffect' | 'fenceEffect' | 'lookUpEffect'> {
  return createEffects({ ...world, store }, registered(tools))
}

function call(tool: string, changes: Partial<EffectCall> = {}): EffectCall {
  const effectClass = ({ charge: 'keyed', comment: 'findable' } as const)[tool] ?? 'once'
  return {
    ...{ run: 'run', stage: `${tool}#1`, effect: `run/0/${tool}#1`, fence: 0, tool, class: effectClass },
    ...{ arguments: { text: 'x' }, minutes: 0.05, inlineBytes: 512 },
    ...changes,
  }
}

/** The store, which lets something happen right after a record of a kind was written. */
function between(kind: 'intent' | 'call', then: () => Promise<unknown>): ArtifactStore {
  const { store } = world
  return {
    ...store,
    async claim(key, ref) {
      const standing = await store.claim(key, ref)
      if (key.includes(`/${kind}`)) await then()
      return standing
    },
  }
}

const unknown = { type: 'EffectUnknown', details: [{ effect: 'unknown' }] }

test.each(['charge', 'comment', 'mail'])('who was overtaken between intent and %s does nothing', async (tool) => {
  const overtaken = worker(between('intent', () => worker().fenceEffect(call(tool))))
  await expect(overtaken.performEffect(call(tool))).rejects.toMatchObject(unknown)
  // The one that overtook may.
  expect(await worker().performEffect(call(tool, { fence: 1 }))).toMatchObject({ happened: 'yes' })
  expect(recorder.happened).toHaveLength(1)
})

test('who wakes up before its intent, after it was said that nothing was begun, does nothing', async () => {
  let left: unknown
  const late = worker(
    between('call', async () => {
      left ??= await worker().fenceEffect(call('mail'))
    }),
  )
  await expect(late.performEffect(call('mail'))).rejects.toMatchObject(unknown)
  expect(left).toEqual({ begun: false })
  expect(recorder.happened).toEqual([])
})

test('who was away longer than an effect may take does nothing', async () => {
  const acted: string[] = []
  const mail: OwnTool = {
    name: 'mail',
    description: 'x',
    arguments: z.strictObject({ text: z.string() }),
    perform: async () => acted.push('mail'),
  }
  const slow = worker(
    between('intent', () => new Promise((resolve) => setTimeout(resolve, 50))),
    [mail],
  )
  await expect(slow.performEffect(call('mail', { minutes: 0.0005 }))).rejects.toMatchObject(unknown)
  expect(acted).toEqual([])
})

test.each(['comment', 'mail'])('a %s that was begun is not begun again under the same number', async (tool) => {
  recorder.fault = () => ({ answer: 500 })
  await expect(worker().performEffect(call(tool))).rejects.toMatchObject(unknown)
  await expect(worker().performEffect(call(tool))).rejects.toMatchObject({ message: expect.stringContaining('begun before') })
  expect(recorder.came).toHaveLength(1)
  expect(await worker().fenceEffect(call(tool))).toEqual({ begun: true })
})

test('a keyed effect is repeated with its key while the service remembers it, and not after that', async () => {
  recorder.fault = () => ({ answer: 500 })
  const tools = (keyLifeHours: number) => effectTools(EffectRefused).map((tool) => ({ ...tool, keyLifeHours }))
  await expect(worker().performEffect(call('charge'))).rejects.toMatchObject({ ...unknown, nonRetryable: false })
  await expect(worker(world.store, tools(1e-9)).performEffect(call('charge'))).rejects.toMatchObject({ ...unknown, nonRetryable: true })
  expect(recorder.came).toHaveLength(1)
  recorder.fault = () => undefined
  expect(await worker(world.store, tools(1)).performEffect(call('charge'))).toMatchObject({ happened: 'yes', how: 'performed' })
  expect(recorder.times('charge', 'x')).toBe(1)
})

test('another call under the id of an effect is refused: it is neither done, nor taken for it, nor fenced', async () => {
  await worker().performEffect(call('mail'))
  const other = call('mail', { arguments: { text: 'y' } })
  const refused = { type: 'EffectChanged', nonRetryable: true, details: [{ effect: 'no' }] }
  await expect(worker().performEffect(other)).rejects.toMatchObject(refused)
  await expect(worker().fenceEffect(other)).rejects.toMatchObject(refused)
  expect(recorder.happened).toEqual([{ kind: 'mail', text: 'x' }])
})

test('what was done stays done, and a refusal stays one: both are answered from the record', async () => {
  recorder.fault = ({ kind }) => (kind === 'comment' ? { status: 422 } : undefined)
  for (let time = 1; time <= 2; time++) {
    expect(await worker().performEffect(call('mail'))).toEqual({ text: '{"number":1}', happened: 'yes', how: 'performed' })
    expect(await worker().performEffect(call('comment'))).toEqual({ text: '/comments refused it.', happened: 'no', how: 'refused' })
  }
  expect(recorder.came).toHaveLength(2)
  expect(await worker().fenceEffect(call('mail'))).toMatchObject({ certain: { happened: 'yes' } })
})

test('twenty who want to do the same mail at once do it once', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => worker().performEffect(call('mail'))))
  expect(recorder.happened).toHaveLength(1)
  expect(tries.some(({ status }) => status === 'fulfilled')).toBe(true)
})

test('looking finds what is there, says what is not, and never calls a mail found', async () => {
  expect(await worker().lookUpEffect(call('comment'))).toMatchObject({ absent: true })
  recorder.fault = ({ kind }) => (kind === 'search' ? undefined : { answer: 500 })
  await expect(worker().performEffect(call('comment'))).rejects.toMatchObject(unknown)
  expect(await worker().lookUpEffect(call('comment'))).toMatchObject({ certain: { happened: 'yes', how: 'found' } })
  await expect(worker().performEffect(call('mail'))).rejects.toMatchObject(unknown)
  expect(await worker().lookUpEffect(call('mail'))).toEqual({ absent: false, why: 'it cannot be looked up' })
})

test('a tool that does not stop at its time limit is left behind', async () => {
  const deaf: OwnTool = { name: 'deaf', description: 'x', arguments: z.strictObject({}), perform: () => new Promise(() => {}) }
  const calling = worker(world.store, [deaf]).performEffect(call('deaf', { arguments: {}, minutes: 0.02 }))
  await expect(calling).rejects.toMatchObject({ ...unknown, message: expect.stringContaining('longer than 0.02 minutes') })
})

const plain: OwnTool = { name: 'plain', description: 'x', arguments: z.strictObject({}), perform: async () => 'done' }
test.each<[string, OwnTool[], string]>([
  ['a name of Loopwright’s own', [{ ...plain, name: 'read' }], "one of Loopwright's own"],
  ['a name that no model may call', [{ ...plain, name: 'a tool' }], 'letters'],
  ['two of a name', [plain, plain], 'two of this name'],
  ['a class that there is not', [{ ...plain, class: 'twice' as 'once' }], 'no class "twice"'],
  ['a tag that there is not', [{ ...plain, tags: ['harmless' as 'acts_outside'] }], 'no tag "harmless"'],
  ['findable without a find', [{ ...plain, class: 'findable' }], 'has a `find`'],
  ['polling although it changes something', [{ ...plain, class: 'once', polling: true }], 'only a tool that reads may poll'],
  ['no time', [{ ...plain, minutes: 0 }], 'minutes'],
  ['more than a history should hold', [{ ...plain, description: 'x'.repeat(20_000) }], 'bytes'],
])('a worker refuses to start with tools with %s', (_what, tools, why) => {
  expect(() => registered(tools)).toThrow(why)
})
