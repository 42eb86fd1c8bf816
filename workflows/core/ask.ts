import { ApplicationFailure, isCancellation, sleep } from '@temporalio/workflow'
import { type z } from 'zod'
import { type Ability } from '../../contract/abilities.ts'
import { canonicalJson, digest, utf8Bytes } from '../../contract/digest.ts'
import { type ModelErrorDetail, type ModelError, modelErrors } from '../../contract/failures.ts'
import { type Message, type ModelReply, type Transcript } from '../../contract/models.ts'
import { type Tool } from '../../contract/workspace.ts'
import { causeOf, failure } from './failure.ts'
import { keep } from './keep.ts'
import { needsMending } from './parked.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { askForValue, expected, jsonShape, type Questions } from './structured.ts'
import { offeredTo } from './tools.ts'
import { tryModel } from './try-model.ts'

/** What a model is asked. */
export interface Request {
  /** Messages since the transcript's head. */
  messages: Message[]
  transcript?: Transcript
  tools?: Tool[]
  /** Most tokens of the reply, reasoning included (16,384); shrinks with what is left of the budgets. */
  maxOutputTokens?: number
  /** Longer texts come back as references (16 KiB). */
  inlineBytes?: number
  /** Total time for one try (10). */
  minutes?: number
}

/** A request whose reply is a value of a schema; such a model has no other tools. */
export type ValueRequest<T> = Omit<Request, 'tools'> & { schema: z.ZodType<T> }

/** A reply, and the model of the chain that gave it. */
export type Reply = ModelReply & { model: string }

/** Own try and two more: what one failing call may cost per model of the chain. */
const mostTries = 3
const inlineMessageBytes = 16_384

/** Asks the first model of a chain that answers. Every try is reserved before it is made, and recorded. With a schema, the reply has a `value` that fits it. */
export function ask<T>(models: string[], request: ValueRequest<T>): Promise<Reply & { value: T }>
export function ask(models: string[], request: Request): Promise<Reply>
export function ask(models: string[], request: Request & { schema?: z.ZodType }): Promise<Reply> {
  const run = currentRun()
  const undeclared = models.find((model) => !run.models.includes(model))
  if (undeclared) {
    const next = `Name it in models() of the declaration of ${run.workflow}.`
    return Promise.reject(
      failure('UndeclaredModel', `${undeclared} may not be asked: the declaration names ${run.models.join(', ')}.`, { effect: 'no', next }),
    )
  }
  const { messages, transcript, tools, schema } = request
  const shape = schema ? { schema: digest(jsonShape(schema)) } : {}
  const call = { models, messages, transcript: transcript?.sha256, tools: tools?.map(({ name }) => name), ...shape }
  const uses = models[0] === undefined ? {} : { model: models[0] }
  return road({ name: 'ask', kind: 'model', text: `asking ${models[0]}`, call, uses }, (path) => askChain(path, models, request))
}

async function askChain(path: string, models: string[], request: Request & { schema?: z.ZodType }): Promise<Reply> {
  const run = currentRun()
  const messages = await light(path, request.messages)
  const expects = request.schema && (await expected(path, request.schema))
  const first = { messages, ...(request.transcript ? { transcript: request.transcript } : {}) }
  const failures: string[] = []
  let turned = false
  const stages = { path, number: 0 }
  for (const model of models) {
    const tools = await offered(path, model, request.tools ?? [])
    const last = model === models.at(-1)
    const put = (questions: Partial<Questions>) =>
      tryAgain(stages, model, last, { ...request, messages, ...tools, ...questions }, (why) => failures.push(why))
    try {
      const reply = expects ? await askForValue({ run, path, model, expects }, first, put, isRefusedForm) : await put({})
      return { ...reply, model }
    } catch (error) {
      const { type, message } = modelErrorOf(error)
      failures.push(`${model}: ${message}`)
      if (modelErrors[type].then === 'stop') break
      if (type === 'Unauthorized' && run.modelRecords[model]?.answered) turned = true
    }
  }
  if (turned) throw needsMending(path, `No model answers, and a key that worked is refused: ${[...new Set(failures)].join('; ')}.`)
  throw modelFailed(path, failures)
}

/** Makes one call, again after errors that pass, each try as a stage of its own. */
async function tryAgain(
  stages: { path: string; number: number },
  model: string,
  last: boolean,
  request: Parameters<typeof tryModel>[2],
  failed: (why: string) => void,
): Promise<ModelReply> {
  for (let tries = 1; ; tries++) {
    try {
      const stage = ++stages.number === 1 ? stages.path : `${stages.path}~${stages.number}`
      return await tryModel(stage, model, request)
    } catch (error) {
      const { type, message, detail } = modelErrorOf(error)
      if (detail.lacks && noted(model, detail.lacks)) {
        failed(`${model}: ${message}`)
        tries--
        continue
      }
      // Nobody waits for a provider that is skipped while another model can be asked.
      if (modelErrors[type].then !== 'retry' || tries === mostTries || (type === 'Skipped' && !last)) throw error
      failed(`${model}: ${message}`)
      await sleep(detail.retryAfterMilliseconds ?? 500 * 2 ** tries, { summary: `wait: ${type}` })
    }
  }
}

/** Notes what a model's server lacks, so that it is asked without; false when that was known. */
function noted(model: string, ability: Ability): boolean {
  const record = currentRun().modelRecords[model]
  if (!record || record.lacks?.includes(ability)) return false
  record.lacks = [...(record.lacks ?? []), ability]
  return true
}

/** Whether a server's refusal may mean that it doesn't know how it was asked for JSON. */
function isRefusedForm(error: unknown): boolean {
  return modelErrorOf(error).type === 'BadRequest'
}

/** A try's error by its class; what is no model error (a stop, a cancellation, a bug) passes through. A call that never came back is one that timed out. */
function modelErrorOf(error: unknown): { type: ModelError; message: string; detail: ModelErrorDetail } {
  const cause = causeOf(error)
  if (isCancellation(error)) throw error
  if (cause instanceof ApplicationFailure) {
    if (!cause.type || !(cause.type in modelErrors)) throw cause
    return {
      type: cause.type as ModelError,
      message: cause.message,
      detail: (cause.details?.[0] ?? { charged: 'unknown' }) as ModelErrorDetail,
    }
  }
  return { type: 'TimedOut', message: 'the call was lost and is charged whole', detail: { charged: 'unknown' } }
}

function modelFailed(path: string, failures: string[]): ApplicationFailure {
  const message = `No model answered: ${[...new Set(failures)].join('; ')}.`
  return failure('ModelFailed', message, {
    stage: path,
    effect: 'no',
    next: 'Run `loopwright doctor`, or name other models with --models.',
  })
}

/** Messages small enough for the history: over 16 KiB the long ones go by hash. */
async function light(path: string, messages: Message[]): Promise<Message[]> {
  if (utf8Bytes(canonicalJson(messages)) <= inlineMessageBytes) return messages
  const lighter: Message[] = []
  for (const message of messages) {
    const { content } = message
    lighter.push(
      typeof content === 'string' && content.length > 512
        ? { ...message, content: await keep(content, `${path}/message-${lighter.length}`) }
        : message,
    )
  }
  return lighter
}

/** The tools that this model's provider is offered: as text to the first call, which keeps it; then by hash, or the history would grow by the list with every turn. */
async function offered(path: string, model: string, tools: Tool[]): Promise<{ toolList?: string }> {
  const list = offeredTo(model, tools)
  if (list.length === 0) return {}
  const toolList = canonicalJson(list.map(({ name, description, schema }) => ({ name, description, schema })))
  if (utf8Bytes(toolList) > inlineMessageBytes) await keep(toolList, `${path}/tools`)
  return { toolList }
}
