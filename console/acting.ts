import { type Selector, selectorOf } from '../contract/holds.ts'
import { type Json } from '../contract/json.ts'
import { type MessageAnswer, type MessageName } from '../contract/messages.ts'
import { grantFor } from '../client/granting.ts'
import { policyFrom } from '../client/policy/read.ts'
import { ClientProblem } from '../client/problem.ts'
import { type Call, type Handler, type Handlers, type Place } from './handlers.ts'
import { workflowOf } from './looking.ts'

const done = { done: true } as const

/** Sends a message in the name of whoever's token it is; nobody else's name can be written. */
function sending<Name extends MessageName>(name: Name): Handler<Name> {
  const send = async (place: Place, call: Call<Name>): Promise<MessageAnswer> => {
    const { loopwright, pace, inbox } = place
    const run = call.parameters['run'] ?? ''
    pace.count(call.identity.name)
    const body = { ...(call.body as Record<string, unknown>), by: call.identity.name }
    const message = name === 'decide' ? { ...body, ...vouch(place, call.identity, run, body) } : body
    const answer = await pace.inTurn(run, () => loopwright.send(run, name, message))
    inbox.look()
    return answer
  }
  return send as unknown as Handler<Name>
}

/** With the workers' key at hand, every decision proves who made it; without, it is unverified, and the gate says whether that suffices. */
function vouch({ environment }: Place, { name, roles }: Call<'decide'>['identity'], run: string, decision: Record<string, unknown>) {
  if (!environment['LOOPWRIGHT_GRANT_KEY']) return {}
  const { gate, digest, answer, value } = decision as { gate: string; digest: string; answer: string; value?: Json }
  const granted = { run, gate, digest, answer, ...(value === undefined ? {} : { value }) }
  return { grant: grantFor(environment, { by: name, roles }, granted) }
}

const because = ({ reason }: { reason?: string | undefined }) => (reason === undefined ? {} : { reason })

/** Everything at once is held by nobody: it is said what. */
function held(selector: Selector): Selector {
  const about = selectorOf(selector)
  if (Object.keys(about).length === 1) return about
  throw new ClientProblem(
    'InvalidInput',
    'a hold is about one of model, tool, workflow and tenant; nothing was held or released',
    'name exactly one',
  )
}

/** What starts, steers and ends runs, and schedules them. */
export const acting: Handlers<
  | MessageName
  | 'startRun'
  | 'stopRun'
  | 'killRun'
  | 'throwHold'
  | 'releaseHold'
  | 'forgetFact'
  | 'createSchedule'
  | 'pauseSchedule'
  | 'resumeSchedule'
  | 'runSchedule'
  | 'removeSchedule'
> = {
  decide: sending('decide'),
  steer: sending('steer'),
  pause: sending('pause'),
  resume: sending('resume'),
  extend: sending('extend'),
  hold: sending('hold'),
  startRun: async ({ loopwright, declarations, inbox, pace }, { identity, body: { workflow, input, id, tenant, policy } }) => {
    pace.count(identity.name)
    workflowOf(declarations, workflow)
    const added = policy && policyFrom(policy, 'of the request')
    const run = await loopwright.start(workflow, input, {
      requester: identity.name,
      ...(id === undefined ? {} : { id }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(added ? { policy: added } : {}),
    })
    inbox.look()
    return { run }
  },
  stopRun: async ({ loopwright, inbox }, { parameters: { run = '' } }) => {
    await loopwright.stop(run)
    inbox.look()
    return done
  },
  killRun: async ({ loopwright, inbox }, { parameters: { run = '' }, body: { reason }, identity: { name } }) => {
    await loopwright.kill(run, `${reason ?? 'no reason given'} (${name})`)
    inbox.look()
    return done
  },
  throwHold: async ({ loopwright, pace }, { body, identity: { name: by } }) => {
    pace.count(by)
    return loopwright.holds.hold(held(body), { by, ...because(body) })
  },
  releaseHold: async ({ loopwright, pace }, { body, identity: { name: by } }) => {
    pace.count(by)
    const { perSecond } = body
    return loopwright.holds.release(held(body), { by, ...because(body), ...(perSecond === undefined ? {} : { perSecond }) })
  },
  forgetFact: ({ loopwright }, { parameters: { fact = '' } }) => loopwright.forget(fact),
  createSchedule: async ({ loopwright, declarations }, { body }) => {
    const { schedule, every, cron, timeZone, catchUpMinutes, ...what } = body
    workflowOf(declarations, what.workflow)
    if (every === undefined && cron === undefined)
      throw new ClientProblem(
        'InvalidInput',
        'it is not said when it starts a run; nothing was made',
        'add "every": 10, or "cron": "0 8 * * MON-FRI"',
      )
    const when = { ...(every === undefined ? {} : { every }), ...(cron === undefined ? {} : { cron }) }
    const more = { ...(timeZone === undefined ? {} : { timeZone }), ...(catchUpMinutes === undefined ? {} : { catchUpMinutes }) }
    await loopwright.schedules.create(schedule, { ...what, ...when, ...more })
    return done
  },
  pauseSchedule: async ({ loopwright }, { parameters: { schedule = '' }, body: { note } }) => {
    await loopwright.schedules.pause(schedule, note)
    return done
  },
  resumeSchedule: async ({ loopwright }, { parameters: { schedule = '' }, body: { note } }) => {
    await loopwright.schedules.resume(schedule, note)
    return done
  },
  runSchedule: async ({ loopwright }, { parameters: { schedule = '' } }) => {
    await loopwright.schedules.run(schedule)
    return done
  },
  removeSchedule: async ({ loopwright }, { parameters: { schedule = '' } }) => {
    await loopwright.schedules.remove(schedule)
    return done
  },
}
