import { canonicalJson, digest, utf8Bytes } from '../../contract/digest.ts'
import { type Asked, type Needs, type Rung, unfitValue } from '../../contract/gates.ts'
import { type Json } from '../../contract/json.ts'
import { type Message } from '../../contract/messages.ts'
import { judgeDecision, type Judged } from './authority.ts'
import { type Deadlines, deadlinesOf } from './deadlines.ts'
import { failure } from './failure.ts'
import { type Notices, noticesOf } from './notices.ts'
import { structured } from './recall.ts'
import { road, waitUntil } from './road.ts'
import { currentRun, type OpenGate, type Run } from './run.ts'
import { showStatus } from './status.ts'

/** What was shown stands in the closing record up to this size; beyond it, its digest. */
const shownBytes = 2_048

/** A question to a person. */
export interface Question extends Asked {
  question: string
  /** What the answer is about; the decision is bound to its digest. At an `editor` gate, the text to begin with. */
  show: unknown
  /** Who may answer, and how many must (default: anybody, one). */
  needs?: Needs
  /** What happens while nobody answers, by the minutes since it opened (default: nothing, for months). */
  deadline?: Rung[]
  /** Who is asked first; told to whoever lists gates. */
  to?: string
  /** Withdraws the question: something else has answered it. */
  until?: () => boolean
  name?: string
  /** The occurrence, where it is known better than by counting. */
  number?: number
  /** May be asked although money or time has stopped the run. */
  afterStop?: boolean
}

/** A person's answer, or that of a deadline; `value` is what came with a yes that brought more; `withdrawn` when `until` came true first. */
export interface Decision {
  answer: 'yes' | 'no' | 'stop' | 'withdrawn'
  value?: Json
  note?: string
  by?: string
}

/** Asks a person and waits, for months if need be. Holds no slot, and no working time passes. */
export function gate(asking: Question): Promise<Decision> {
  const { question, show, until = () => false, name = 'gate', number, afterStop = false } = asking
  const asked = askedOf(asking)
  checkDeadline(asked, asking.deadline ?? [])
  const step = {
    name,
    ...(number === undefined ? {} : { number }),
    kind: 'gate' as const,
    text: question,
    call: { ...asked, question, show },
    takes: 'nothing' as const,
    afterStop,
  }
  return road(step, async (path) => {
    const run = currentRun()
    const open = opened(run, path, asking, asked)
    const deadlines = deadlinesOf(run, open, asking.deadline ?? [])
    open.until = () => until() || deadlines.isDue()
    run.gates.set(path, open)
    run.expectedGates.delete(path)
    showStatus(run)
    const notices = noticesOf(run, open)
    try {
      return await answered(run, open, until, deadlines, notices)
    } finally {
      deadlines.end()
      notices.end()
      delete run.state[stateKey(path)]
      run.gates.delete(path)
      for (const entry of open.queue) entry.answer ??= { accepted: false, reason: `Gate ${path} is closed.` }
      showStatus(run)
    }
  })
}

/** What a gate remembers between executions. */
const stateKey = (path: string) => `gate:${path}`

/** The members of a question that say what is asked for. */
function askedOf({ kind, options, many, schema, needs }: Asked & Pick<Question, 'needs'>): Asked {
  if (kind === 'select' && (options ?? []).length === 0) throw unaskable('A select gate needs options.')
  if (kind === 'form' && schema === undefined) throw unaskable('A form gate needs a schema.')
  if (needs?.quorum && (kind !== 'confirm' || needs.quorum.yes > needs.quorum.of || needs.quorum.yes < 1))
    throw unaskable('A quorum is for confirm gates, and of at most as many as may answer.')
  return { kind, ...(options ? { options } : {}), ...(many ? { many } : {}), ...(schema ? { schema } : {}) }
}

/** What a deadline answers is no better than what a person would: it must fit, too. */
function checkDeadline(asked: Asked, rungs: Rung[]): void {
  for (const [index, { minutes, then }] of rungs.entries()) {
    if (minutes <= (rungs[index - 1]?.minutes ?? 0)) throw unaskable('The rungs of a deadline stand in the order of their minutes.')
    if (typeof then !== 'object' || !('answer' in then) || then.answer !== 'yes') continue
    const unfit = unfitValue(asked, then.value)
    if (unfit !== undefined) throw unaskable(`What the deadline answers does not fit. ${unfit}`)
  }
}

function unaskable(message: string) {
  return failure('InvalidInput', message, { run: currentRun().id, effect: 'no', next: 'Correct the question in the workflow.' })
}

function opened(run: Run, path: string, { question, show, needs, to }: Question, asked: Asked): OpenGate {
  const shown = JSON.parse(JSON.stringify(show)) as Json
  // A plain question is known by question and show alone.
  const { kind, ...more } = asked
  const about = kind === 'confirm' ? { question, show: shown } : { question, show: shown, kind, ...more }
  const remembered = structured<Pick<OpenGate, 'to' | 'reminders' | 'voices'>>(run.state[stateKey(path)] ?? {})
  return {
    gate: path,
    ...asked,
    question,
    show: shown,
    digest: digest(about),
    since: run.expectedGates.get(path) ?? Date.now(),
    ...(needs ? { needs } : {}),
    ...(to === undefined ? {} : { to }),
    ...remembered,
    queue: [],
    until: () => false,
  }
}

/** Reads decisions in order until one decides; each of the others hears why it does not. */
async function answered(run: Run, open: OpenGate, until: () => boolean, deadlines: Deadlines, notices: Notices): Promise<Decision> {
  for (;;) {
    await waitUntil(run, () => open.queue.some((entry) => !entry.answer) || open.until())
    const entry = open.queue.find((candidate) => !candidate.answer)
    if (entry) {
      const { decides, by, verified, ...answer } = await judged(run, open, entry.decision)
      entry.answer = answer
      remember(run, open)
      if (answer.accepted) note(run, open, { ...entry.decision, by, verified })
      if (decides) return decisionOf({ ...entry.decision, answer: decides, by })
    } else if (until()) return { answer: 'withdrawn' }
    else {
      const asked = open.to
      const fallen = deadlines.fire()
      remember(run, open)
      showStatus(run)
      if (!fallen) {
        notices.send(open.to === asked ? 'reminder' : 'escalated')
        continue
      }
      note(run, open, { ...fallen, by: 'deadline' })
      return decisionOf({ ...fallen, by: 'deadline' })
    }
  }
}

async function judged(run: Run, open: OpenGate, decision: Message<'decide'>): Promise<Judged> {
  const refused = (reason: string): Judged => ({ accepted: false, reason })
  if (decision.digest !== open.digest)
    return refused(`That decision is about something else: the gate now shows ${open.digest}. Look at it again with \`loopwright gates\`.`)
  const unfit = decision.answer === 'yes' ? unfitValue(open, decision.value) : undefined
  return unfit === undefined ? judgeDecision(run, open, decision) : refused(unfit)
}

function remember(run: Run, { gate: path, to, reminders, voices }: OpenGate): void {
  const state = { ...(to === undefined ? {} : { to }), ...(reminders ? { reminders } : {}), ...(voices ? { voices } : {}) }
  if (Object.keys(state).length > 0) run.state[stateKey(path)] = structured(state)
}

type Answer = Pick<Message<'decide'>, 'answer'> & {
  value?: Json | undefined
  note?: string | undefined
  by?: string | undefined
  verified?: true | undefined
}

function decisionOf({ answer, value, note: said, by }: Answer): Decision {
  return {
    answer,
    ...(value === undefined || answer !== 'yes' ? {} : { value }),
    ...(said === undefined ? {} : { note: said }),
    ...(by === undefined ? {} : { by }),
  }
}

/** Writes an answer down for the certificate and for people. */
function note(run: Run, open: OpenGate, { answer, value, note: said, by = 'unverified', verified }: Answer): void {
  const { gate: path, digest: about, since, question } = open
  const isShort = (text: Json) => utf8Bytes(canonicalJson(text)) <= shownBytes
  run.decisions.push({
    gate: path,
    digest: about,
    answer,
    ...(value === undefined || !isShort(value) ? {} : { value }),
    by,
    ...(verified ? { verified } : {}),
    ...(said === undefined ? {} : { note: said }),
    at: Date.now(),
    since,
    question,
    ...(open.kind === 'confirm' ? {} : { asked: askedOf(open) }),
    ...(isShort(open.show) ? { shown: open.show } : {}),
  })
  run.say(open.gate, `${by} answered '${answer}' to: ${open.question}`)
}
