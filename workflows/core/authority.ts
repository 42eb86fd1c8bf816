import { workflowInfo } from '@temporalio/workflow'
import { quorumOf, type Voice } from '../../contract/gates.ts'
import { type Message, type MessageAnswer } from '../../contract/messages.ts'
import { activities } from './activities.ts'
import { type OpenGate, type Run } from './run.ts'

/** What a gate says to a decision that is about what it shows, and whether that decides it. */
export interface Judged extends MessageAnswer {
  decides?: 'yes' | 'no' | 'stop'
  by?: string
  verified?: true
}

const refused = (reason: string): Judged => ({ accepted: false, reason })

/** Whether whoever decides may, and whether that is enough. Only a grant proves a name; without one it suffices where the gate asks for nobody in particular. */
export async function judgeDecision(run: Run, open: OpenGate, decision: Message<'decide'>): Promise<Judged> {
  const { needs } = open
  const { answer, grant } = decision
  const known = grant ? await checked(run, open, decision) : undefined
  if (known && 'problem' in known) return refused(known.problem)
  if (known && decision.by !== undefined && decision.by !== known.by) return refused(`The grant is of ${known.by}, not of ${decision.by}.`)
  const by = known ? { by: known.by, verified: true as const } : { by: decision.by ?? 'unverified' }
  if (!needs) return { accepted: true, decides: answer, ...by }
  if (!known) return refused('This gate asks who decides: send a grant along, as `loopwright decide --as NAME` makes it.')
  const reason = notAllowed(open, known)
  if (reason !== undefined) return refused(reason)
  if (!needs.quorum || answer === 'stop') return { accepted: true, decides: answer, ...by }
  return counted(open, { by: known.by, answer, ...(decision.note === undefined ? {} : { note: decision.note }), at: Date.now() })
}

async function checked(run: Run, open: OpenGate, { grant, answer, value, id }: Message<'decide'>) {
  const granted = { run: run.id, gate: open.gate, digest: open.digest, answer, ...(value === undefined ? {} : { value }) }
  const path = `${open.gate}/grant#${++run.grants}`
  return activities(path, { quick: true, summary: `who decides${id === undefined ? '' : ` (${id})`}` }).checkGrant({
    grant: grant!,
    granted,
  })
}

function notAllowed({ needs = {}, voices = [] }: OpenGate, { by, roles }: { by: string; roles: string[] }): string | undefined {
  if (needs.roles && !needs.roles.some((role) => roles.includes(role))) {
    return `${by} may not answer this gate: it asks for ${needs.roles.join(' or ')}, and they are ${roles.join(', ') || 'nothing'}.`
  }
  if (needs.notRequester) {
    const requester = requesterOf()
    if (requester === undefined)
      return 'Nobody knows who requested this run, so that nobody else can be told from them. Start it with --as NAME.'
    if (requester === by) return `${by} requested this run, and somebody else must answer.`
  }
  return voices.some((voice) => voice.by === by) ? `${by} has answered this gate already, and counts once.` : undefined
}

/** Who requested the run, as the client said when it started it. */
export function requesterOf(): string | undefined {
  const { requester } = workflowInfo().memo ?? {}
  return typeof requester === 'string' ? requester : undefined
}

function counted(open: OpenGate, voice: Voice): Judged {
  const quorum = open.needs!.quorum!
  open.voices = [...(open.voices ?? []), voice]
  const decides = quorumOf(quorum, open.voices)
  const agreed = open.voices.filter(({ answer }) => answer === 'yes').length
  const reason = decides ? {} : { reason: `${agreed} of ${quorum.yes} have agreed; the gate stays open.` }
  return { accepted: true, ...reason, ...(decides ? { decides } : {}), by: voice.by, verified: true }
}
