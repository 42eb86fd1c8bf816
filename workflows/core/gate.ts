import { canonicalJson, digest, utf8Bytes } from '../../contract/digest.ts'
import { type Json } from '../../contract/json.ts'
import { type Message, type MessageAnswer } from '../../contract/messages.ts'
import { road, waitUntil } from './road.ts'
import { currentRun, type OpenGate } from './run.ts'
import { showStatus } from './status.ts'

/** What was shown stands in the closing record up to this size; beyond it, its digest. */
const shownBytes = 2_048

/** A question to a person. */
export interface Question {
  kind: 'confirm'
  question: string
  /** What the answer is about; the decision is bound to its digest. */
  show: unknown
  /** Withdraws the question: something else has answered it. */
  until?: () => boolean
  name?: string
  /** The occurrence, where it is known better than by counting. */
  number?: number
  /** May be asked although money or time has stopped the run. */
  afterStop?: boolean
}

/** A person's answer; `withdrawn` when `until` came true first. */
export interface Decision {
  answer: 'yes' | 'no' | 'stop' | 'withdrawn'
  note?: string
  by?: string
}

/** Asks a person and waits, for months if need be. Holds no slot, and no working time passes. */
export function gate({ kind, question, show, until = () => false, name = 'gate', number, afterStop = false }: Question): Promise<Decision> {
  const step = {
    name,
    ...(number === undefined ? {} : { number }),
    kind: 'gate' as const,
    text: question,
    call: { kind, question, show },
    takes: 'nothing' as const,
    afterStop,
  }
  return road(step, async (path) => {
    const run = currentRun()
    const shown = JSON.parse(JSON.stringify(show)) as Json
    const open: OpenGate = {
      gate: path,
      kind,
      question,
      show: shown,
      digest: digest({ question, show: shown }),
      since: run.expectedGates.get(path) ?? Date.now(),
      queue: [],
      until,
    }
    run.gates.set(path, open)
    run.expectedGates.delete(path)
    showStatus(run)
    try {
      return await answered(open, until)
    } finally {
      run.gates.delete(path)
      for (const entry of open.queue) entry.answer ??= { accepted: false, reason: `Gate ${path} is closed.` }
      showStatus(run)
    }
  })
}

/** Reads decisions in order until one is valid; each of the others hears why it is not. */
async function answered(open: OpenGate, until: () => boolean): Promise<Decision> {
  const run = currentRun()
  for (;;) {
    await waitUntil(run, () => open.queue.some((entry) => !entry.answer) || until())
    const entry = open.queue.find((candidate) => !candidate.answer)
    if (!entry) return { answer: 'withdrawn' }
    const { decision } = entry
    entry.answer = judge(open, decision)
    if (!entry.answer.accepted) continue
    const by = decision.by ?? 'unverified'
    const note = decision.note === undefined ? {} : { note: decision.note }
    const { gate: path, digest: about, since, question } = open
    const shown = utf8Bytes(canonicalJson(open.show)) <= shownBytes ? { shown: open.show } : {}
    run.decisions.push({ gate: path, digest: about, answer: decision.answer, by, ...note, at: Date.now(), since, question, ...shown })
    run.say(open.gate, `${by} answered '${decision.answer}' to: ${open.question}`)
    return { answer: decision.answer, ...note, by }
  }
}

function judge(open: OpenGate, decision: Message<'decide'>): MessageAnswer {
  if (decision.digest === open.digest) return { accepted: true }
  return {
    accepted: false,
    reason: `That decision is about something else: the gate now shows ${open.digest}. Look at it again with \`loopwright gates\`.`,
  }
}
