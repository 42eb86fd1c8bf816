import { ApplicationFailure } from '@temporalio/workflow'
import { type ModelRecord } from '../../contract/carried.ts'
import { type ModelErrorDetail } from '../../contract/failures.ts'
import { type Message, type ModelCall, type ModelFacts, type ModelReply, type Transcript, type Usage } from '../../contract/models.ts'
import { refOf } from '../../contract/digest.ts'
import { callBound } from '../../contract/tokens.ts'
import { activities } from './activities.ts'
import { causeOf, failure, runStopped } from './failure.ts'
import { refuseHeld } from './holds.ts'
import { isKept, noteKept } from './keep.ts'
import { type Budget, type Refusal, type Reservation, reserve, settle } from './ledger.ts'
import { currentRun, type Run } from './run.ts'
import { currentScope } from './scope.ts'
import { setAside } from './set-aside.ts'

interface Try {
  messages: Message[]
  output?: ModelCall['output']
  transcript?: Transcript
  /** JSON; kept by the first call that names it. */
  toolList?: string
  maxOutputTokens?: number
  inlineBytes?: number
  minutes?: number
}

/** One try of one model: the worst case is reserved, the call made, and what was used is charged; a call that never came back is charged whole. */
export async function tryModel(stage: string, model: string, request: Try): Promise<ModelReply> {
  const run = currentRun()
  refuseHeld(run, stage, { model })
  const facts = factsOf(run, model)
  const budgets = currentScope(run.root).budgets
  const { transcript, messages, toolList, output, maxOutputTokens = 16_384, inlineBytes = 16_384, minutes = 10 } = request
  const lacks = [...(facts.lacks ?? []), ...(run.modelRecords[model]?.lacks ?? [])]
  const asked = {
    model,
    ...(transcript ? { transcript } : {}),
    add: messages,
    ...(toolList === undefined ? {} : { tools: refOf(toolList) }),
    ...(output ? { output } : {}),
    ...(lacks.length > 0 ? { lacks } : {}),
  }
  const bound = callBound(asked)
  const reservation = await reserved(run, model, budgets, facts, bound, maxOutputTokens)
  const given = asked.tools && toolList !== undefined && !isKept(asked.tools) ? { toolList } : {}
  const call: ModelCall = { ...asked, ...given, maxOutputTokens: reservation.allowance, inlineBytes, minutes }
  const record = (run.modelRecords[model] ??= { tries: 0, lost: 0, failed: 0, tokens: 0, microDollars: 0 })
  record.tries++
  const charge = (usage?: Usage) => {
    const charged = settle(budgets, facts, reservation, usage)
    record.tokens += charged.tokens
    record.microDollars += charged.microDollars
  }
  let reply: ModelReply
  try {
    reply = await activities(stage, { summary: `ask ${model}`, minutes, once: true }).callModel(call)
  } catch (error) {
    chargeFailed(record, error, charge)
    throw error
  }
  if (asked.tools) noteKept(asked.tools)
  charge(reply.usage)
  record.answered = true
  if (reply.usage.output > reservation.allowance || reply.usage.input > bound) record.overshot = true
  return reply
}

/** A failed call costs what the provider says, nothing when it was refused, and everything when nobody knows. */
function chargeFailed(record: ModelRecord, error: unknown, charge: (usage?: Usage) => void): void {
  const cause = causeOf(error)
  const detail = cause instanceof ApplicationFailure ? (cause.details?.[0] as ModelErrorDetail | undefined) : undefined
  // Without a text that it should have been sent, nobody was asked.
  const unasked = cause instanceof ApplicationFailure && cause.type === 'ArtifactMissing'
  if (detail?.usage) charge(detail.usage)
  else if (detail?.charged === 'no' || unasked) charge({ input: 0, output: 0 })
  else {
    record.lost++
    return charge()
  }
  record.failed++
}

/** Sets the worst case aside. */
function reserved(run: Run, model: string, budgets: Budget[], facts: ModelFacts, bound: number, wanted: number): Promise<Reservation> {
  if (run.modelRecords[model]?.overshot && run.limits.dollars !== 'none') {
    const message = 'it ignores the output limit, so that no dollar cap holds'
    const error = ApplicationFailure.create({ type: 'BadRequest', message, nonRetryable: true, details: [{ charged: 'no' }] })
    return Promise.reject(error)
  }
  return setAside<Reservation, Exclude<Refusal, 'wait'>>(
    run,
    budgets,
    () => reserve(budgets, facts, bound, wanted),
    (reason) => (reason === 'window' ? tooLong(facts, bound) : stopFor(run, reason, facts, bound)),
  )
}

function tooLong({ window }: ModelFacts, bound: number): ApplicationFailure {
  const message = `the conversation may have ${bound} tokens, over its window of ${window}`
  return ApplicationFailure.create({ type: 'ContextOverflow', message, nonRetryable: true, details: [{ charged: 'no' }] })
}

/** The run's own cap stops the run until somebody extends it; a share's cap stops only what it is the share of. */
function stopFor(run: Run, reason: 'tokens' | 'dollars', facts: ModelFacts, bound: number): ApplicationFailure {
  const { tokens, microDollars } = run.budget
  const caps = run.budget.cap()
  const left =
    reason === 'tokens'
      ? `${caps.tokens - tokens} of ${caps.tokens} tokens`
      : `$${((caps.microDollars - microDollars) / 1e6).toFixed(4)} of $${caps.microDollars / 1e6}`
  const why = `The next model call may need ${bound} input tokens and a useful reply; ${left} are left.`
  const runs = typeof reserve([{ ...run.budget, reservedTokens: 0, reservedMicroDollars: 0 }], facts, bound, 256) === 'string'
  if (runs) run.stopWith(reason, why)
  return runStopped({ reason, why })
}

function factsOf(run: Run, model: string): ModelFacts {
  const facts = run.preflight?.models[model]
  if (facts) return facts
  throw failure('UndeclaredModel', `Nothing is known about ${model}: preflight did not look at it.`, {
    effect: 'no',
    next: `Name it in models() of the declaration of ${run.workflow}.`,
  })
}
