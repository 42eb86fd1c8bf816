import { decoded } from '../archive.ts'
import { ask } from '../asking.ts'
import { type Ended, ended } from '../ended.ts'
import { ClientProblem } from '../problem.ts'
import { type Server } from '../server.ts'
import { followHistory } from './follow.ts'
import { type Beat, Output } from './output.ts'
import { type Happened, Steps } from './steps.ts'

/** What somebody who is attached hears: a step begins (with `run`: as a run of its own), new output of it, its end; and last that what they are attached to is over. */
export type Attached =
  | { kind: 'begins'; stage: string; text: string; run?: string }
  | { kind: 'output'; stage: string; text: string; missed: number }
  | { kind: 'ends'; stage: string; how: 'done' | 'failed' | 'cancelled' | 'lost' }
  | { kind: 'over'; stage: string }
  | ({ kind: 'ended' } & Ended)

export interface AttachOptions {
  /** Only this stage and what is inside it, by its path; otherwise everything that runs. */
  stage?: string
  /** Detaches. */
  signal?: AbortSignal
}

const pollMilliseconds = 400
/** A stage is asked for this seldom: the run itself must answer. */
const stageMilliseconds = 1_500

/** Shows what runs in a run as it is said, wherever its worker is, until the run or the stage ends. Output of before is not shown, but for its last 2 KiB. */
export async function* attach(
  server: Server,
  run: string,
  { stage, signal }: AttachOptions = {},
): AsyncGenerator<Attached, void, undefined> {
  const { closeTime, runId, historyLength } = await server.workflows.getHandle(run).describe()
  if (closeTime !== undefined) return yield { kind: 'ended', ...(await ended(server, run)) }
  if (stage !== undefined) await mustBeOpen(server, run, stage)
  const isMeant = (path: string) => stage === undefined || path === stage || path.startsWith(`${stage}/`) || path.startsWith(`${stage}~`)
  const detached = new AbortController()
  const leaving = signal ? AbortSignal.any([signal, detached.signal]) : detached.signal
  const happened: Happened[] = []
  let following: { over: boolean; problem?: unknown } = { over: false }
  const steps = new Steps(server)
  let reading = Promise.resolve()
  let past = historyLength
  const heard = (event: Parameters<Steps['read']>[0]) => {
    const isPast = past-- > 0
    // In their order: what an event brought may have to be fetched.
    reading = reading.then(async () => {
      const one = await steps.read(event, isPast)
      if (one && isMeant(one.stage)) happened.push(one)
    })
  }
  const follow = followHistory(server, run, runId, heard, leaving)
  void follow
    .then(() => reading)
    .then(
      () => (following = { over: true }),
      (problem: unknown) => (following = { over: true, problem }),
    )
  try {
    yield* told(server, run, { stage, isMeant, leaving, happened, isOver: () => following })
  } finally {
    detached.abort()
  }
}

interface Attachment {
  stage: string | undefined
  isMeant: (path: string) => boolean
  leaving: AbortSignal
  happened: Happened[]
  isOver: () => { over: boolean; problem?: unknown }
}

async function* told(server: Server, run: string, attachment: Attachment): AsyncGenerator<Attached, void, undefined> {
  const { stage, isMeant, leaving, happened, isOver } = attachment
  const outputs = new Map<string, Output>()
  const outputOf = (path: string) => outputs.get(path) ?? outputs.set(path, new Output()).get(path)!
  const say = (path: string, { text, missed }: { text: string; missed: number }): Attached[] =>
    text === '' ? [] : [{ kind: 'output', stage: path, text, missed }]
  for (let looked = Date.now(); !leaving.aborted;) {
    const { over, problem } = isOver()
    for (const one of happened.splice(0)) {
      if (one.kind === 'begins') {
        if (!outputs.has(one.stage)) yield one
        outputOf(one.stage)
        continue
      }
      const { whole, ...end } = one
      if (whole !== undefined) yield* say(one.stage, outputOf(one.stage).rest(whole))
      outputs.delete(one.stage)
      yield end
    }
    if (leaving.aborted) return
    if (problem !== undefined) throw problem
    if (over) return yield { kind: 'ended', ...(await ended(server, run)) }
    for (const { stage: path, text, beat } of await beating(server, run, isMeant)) {
      if (!outputs.has(path)) yield { kind: 'begins', stage: path, text }
      yield* say(path, outputOf(path).take(beat))
    }
    if (stage !== undefined && Date.now() - looked > stageMilliseconds) {
      looked = Date.now()
      if ((await isStageOver(server, run, stage)) && happened.length === 0) return yield { kind: 'over', stage }
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
}

/** The steps in flight that tell something, each with its last beat. */
async function beating(
  server: Server,
  run: string,
  isMeant: (path: string) => boolean,
): Promise<{ stage: string; text: string; beat: Beat }[]> {
  const description = await server.workflows.getHandle(run).describe()
  const found: { stage: string; text: string; beat: Beat }[] = []
  for (const { activityId, heartbeatDetails, activityType } of description.raw.pendingActivities ?? []) {
    const stage = activityId ?? ''
    if (!isMeant(stage)) continue
    const said = await decoded(server, heartbeatDetails?.payloads).catch(() => undefined)
    if (isBeat(said)) found.push({ stage, text: inWords[activityType?.name ?? ''] ?? '', beat: said })
  }
  return found
}

/** What a step is called that had begun before anybody looked. */
const inWords: Record<string, string> = {
  callModel: 'asking a model',
  useTool: 'using a tool',
  runTests: 'running tests',
  runCommand: 'running a command',
}

function isBeat(said: unknown): said is Beat {
  return typeof said === 'object' && said !== null && 'tail' in said && typeof said.tail === 'string'
}

async function isStageOver(server: Server, run: string, stage: string): Promise<boolean> {
  const { answer } = await ask(server, run, 'status')
  return answer !== undefined && !answer.open.some(({ path }) => path === stage || path.startsWith(`${stage}/`))
}

async function mustBeOpen(server: Server, run: string, stage: string): Promise<void> {
  const { answer, silent } = await ask(server, run, 'status')
  if (!answer) throw new ClientProblem('NoWorker', `${run}: ${silent}`, 'loopwright worker')
  const open = answer.open.map(({ path }) => path)
  if (open.some((path) => path === stage || path.startsWith(`${stage}/`))) return
  const now = open.length === 0 ? 'none is' : `these are: ${open.join(', ')}`
  throw new ClientProblem('InvalidInput', `no stage ${stage} of ${run} is open now; ${now}`, `loopwright attach ${run}`)
}
