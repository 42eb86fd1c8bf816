import { ApplicationFailure, condition, defineQuery, defineSignal, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow'
import { z } from 'zod'
import { type Gate, type Message, type MessageAnswer, type MessageName, messages, type Status } from '../../contract/messages.ts'
import { failure } from './failure.ts'
import { hold } from './holds.ts'
import { pause, resume, tellChildren } from './pausing.ts'
import { refuseWhenFull } from './pressure.ts'
import { rememberedAnswers } from './remembered.ts'
import { type Run } from './run.ts'
import { showStatus, statusOf } from './status.ts'

type Handlers = { [Name in MessageName]: (run: Run, message: Message<Name>) => MessageAnswer | Promise<MessageAnswer> }

const yes: MessageAnswer = { accepted: true }

/** What each message does. Only `decide` waits: for the gate's own coroutine. */
const handlers: Handlers = {
  decide: async (run, decision) => {
    // A gate that was open before the run continued opens again within this execution.
    await condition(() => run.gates.has(decision.gate) || !run.expectedGates.has(decision.gate))
    const gate = run.gates.get(decision.gate)
    if (!gate) return { accepted: false, reason: lateReason(run, decision.gate) }
    const entry: (typeof gate.queue)[number] = { decision }
    gate.queue.push(entry)
    await condition(() => entry.answer !== undefined)
    return entry.answer ?? yes
  },
  steer: (run, message) => {
    run.steering.push(message)
    return yes
  },
  pause,
  resume,
  extend: (run, { limits }) => {
    const lower = Object.entries(limits).find(([name, value]) => {
      const present = run.limits[name as keyof typeof limits]
      return typeof value === 'number' && typeof present === 'number' && value < present
    })
    const above = workflowInfo().parent?.workflowId
    const sliced = Object.keys(limits).find((name) => name !== 'attempts' && name !== 'stalls')
    if (run.depth > 0 && sliced !== undefined)
      return { accepted: false, reason: `The ${sliced} of this run are a slice of those of ${above}: extend that one.` }
    if (limits.dollars !== undefined && run.limits.dollars === 'none')
      return { accepted: false, reason: 'The run has no dollar cap to raise.' }
    if (lower)
      return { accepted: false, reason: `Limits can only be raised: ${lower[0]} is ${run.limits[lower[0] as keyof typeof limits]}.` }
    run.raised = { ...run.raised, ...defined(limits) }
    run.limits = { ...run.limits, ...defined(limits) }
    if (run.stop && limits[run.stop.reason as keyof typeof limits] !== undefined) run.stop = undefined
    return yes
  },
  hold: (run, message) => {
    const answer = hold(run, message)
    // Those of workflows and tenants each run hears about itself, and a child may be of another.
    if (answer.accepted && message.workflow === undefined && message.tenant === undefined) tellChildren(run, 'hold', message)
    return answer
  },
}

/** Installs every message as an Update and as a signal of the same name, and the two queries. Before the first await of a run. */
export function installMessages(run: Run): void {
  setHandler(defineQuery<Status>('status'), () => statusOf(run))
  setHandler(defineQuery<Gate[]>('gates'), () =>
    [...run.gates.values()].map(({ queue: _queue, until: _until, noticed: _noticed, ...gate }) => gate),
  )
  for (const name of Object.keys(messages) as MessageName[]) install(run, name)
}

function install<Name extends MessageName>(run: Run, name: Name): void {
  const { description, input } = messages[name]
  const take = (value: unknown) => answer(run, name, input.parse(value) as Message<Name>)
  setHandler(
    defineUpdate<MessageAnswer, [unknown]>(name),
    (value) => {
      run.updates++
      return take(value)
    },
    {
      description,
      validator: (value) => {
        const parsed = input.safeParse(value)
        if (!parsed.success) throw malformed(name, parsed.error)
        refuseWhenFull(run, name)
      },
    },
  )
  setHandler(
    defineSignal<[unknown]>(name),
    async (value) => {
      // A signal can't be refused: one that can't be read does nothing, and says so where people look.
      const parsed = input.safeParse(value)
      if (parsed.success) await answer(run, name, parsed.data as Message<Name>)
      else run.say('', `ignored a ${name} signal: ${malformed(name, parsed.error).message}`.slice(0, 1_000))
    },
    { description },
  )
}

/** Answers a message once: a second one with its id hears the same answer, while the first is still being made and when the run has ended since. */
async function answer<Name extends MessageName>(run: Run, name: Name, message: Message<Name>): Promise<MessageAnswer> {
  if (!run.ready) await condition(() => run.ready)
  const id = message.id && `${name}:${message.id}`
  const known = id && (run.answered.get(id) ?? run.answering.get(id))
  if (known) return known
  if (run.ended) return { accepted: false, reason: `The run has ended: ${run.ended.why}` }
  const made = Promise.resolve(handlers[name](run, message))
  if (id) run.answering.set(id, made)
  const given = await made
  if (id) {
    run.answering.delete(id)
    run.answered.set(id, given)
    while (run.answered.size > rememberedAnswers) run.answered.delete(run.answered.keys().next().value as string)
  }
  showStatus(run)
  return given
}

function lateReason(run: Run, gate: string): string {
  const decided = run.decisions.findLast((decision) => decision.gate === gate)
  if (decided) return `Gate ${gate} was answered '${decided.answer}' by ${decided.by} already.`
  return `There is no open gate ${gate}.`
}

function malformed(name: string, error: z.ZodError): ApplicationFailure {
  return failure('InvalidInput', `The message ${name} can't be read: ${z.prettifyError(error)}`, {
    effect: 'no',
    next: 'Send it again, corrected.',
  })
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
