import { digest } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type TraceOf } from '../../contract/trace.ts'
import { type Message } from './reading.ts'
import { Answer, type Certificate, DecideInput } from './shapes.ts'

/** A person's word: a decision on a gate, or another message. */
export function messageRecord(message: Message, certificate: Certificate | undefined): TraceOf<'decision'> | TraceOf<'message'> {
  const decision = message.name === 'decide' ? DecideInput.safeParse(message.content) : undefined
  const answer = Answer.safeParse(message.answer)
  const { accepted, reason } = answer.success ? answer.data : { accepted: null }
  const { at, via, name, text } = message
  if (!decision?.success || via === 'server') {
    const content = (text === undefined ? message.content : text) ?? null
    return { kind: 'message', message: name, at, by: byOf(message.content), via, content: content as Json, accepted, reason }
  }
  const { grant, by = grant?.by ?? 'unverified', ...rest } = decision.data
  const verified = grant && accepted === true ? { verified: true as const } : {}
  return {
    kind: 'decision',
    at,
    by,
    ...verified,
    via,
    ...rest,
    accepted,
    reason,
    ...(accepted === false ? {} : shownAt(rest, at, certificate)),
  }
}

/** What the closing record says was shown; whether that is what the decision is about, its digest proves. */
function shownAt(
  { gate, digest: about }: { gate: string; digest: string },
  at: number,
  certificate: Certificate | undefined,
): Pick<TraceOf<'decision'>, 'question' | 'shown' | 'proven' | 'waitedMilliseconds'> {
  const taken = certificate?.decisions.find((decision) => decision.gate === gate && decision.digest === about)
  if (!taken) return {}
  const { question, shown, since, asked } = taken
  return {
    question,
    shown,
    ...(question === undefined || shown === undefined ? {} : { proven: digest({ question, show: shown, ...asked }) === about }),
    waitedMilliseconds: since === undefined ? undefined : Math.max(at - since, 0),
  }
}

function byOf(content: unknown): string {
  const by = typeof content === 'object' && content !== null && 'by' in content ? content.by : undefined
  return typeof by === 'string' ? by : 'unverified'
}
