import { type Ended, type Watched } from '../client/index.ts'
import { type Status } from '../contract/messages.ts'
import { ending } from './ending.ts'
import { type Interruption, interruption } from './interruption.ts'
import { freshLines, progressLine, situation } from './progress.ts'
import { askPerson, printGates } from './questions.ts'
import { type Session } from './session.ts'
import { exitCodes } from './usage.ts'
import { confinement } from './words.ts'

export interface Following {
  /** Whether the first line says what confines commands. Default true. */
  introduce?: boolean
  /** What Ctrl-C does, and the exit code; by default it detaches. */
  leave?: () => Promise<number>
  /** Hears Ctrl-C; by default the following itself does. */
  interrupted?: Interruption
}

/** Prints a run as it goes, until it ends, waits for a person who is not there, or Ctrl-C detaches. Returns the exit code. */
export async function follow(session: Session, run: string, options: Following = {}): Promise<number> {
  const { introduce = true, leave = () => Promise.resolve(detached(session, run)) } = options
  const interrupted = options.interrupted ?? interruption()
  const detaching = new AbortController()
  const events = session.loopwright.watch(run, { signal: detaching.signal })
  const show = shower(session, introduce)
  try {
    for (;;) {
      const next = await Promise.race([events.next(), interrupted.happened])
      if (next === 'interrupted') return await leave()
      if (next.done) return exitCodes.failed
      const code = await heard(session, run, next.value, show, interrupted.happened)
      if (code === 'interrupted') return await leave()
      if (code !== undefined) return code
    }
  } finally {
    if (!options.interrupted) interrupted.forget()
    detaching.abort()
    await events.return()
  }
}

/** Prints how a run ended, and the one next command. */
export async function printEnding({ loopwright, printer, stateFolder }: Session, run: string, end: Ended): Promise<number> {
  const { lines, next, code, patch } = await ending({ loopwright, stateFolder }, run, end)
  const { green, yellow, red, bold } = printer.colors
  const [color, mark] = code === exitCodes.accepted ? [green, '✓'] : code === exitCodes.stopped ? [yellow, '■'] : [red, '✗']
  const [headline = '', ...rest] = lines
  const text = [color(`${mark} ${headline}`), ...rest, `${bold('Next:')} ${next}`].join('\n')
  printer.print({ kind: 'ended', run, ...end, ...(patch ? { patch } : {}), next }, text)
  return code
}

async function heard(
  session: Session,
  run: string,
  event: Watched,
  show: (status: Status, doing?: string) => void,
  interrupted: Promise<'interrupted'>,
): Promise<number | 'interrupted' | undefined> {
  const { loopwright, printer } = session
  if (event.kind === 'ended') return printEnding(session, run, event.outcome ? { outcome: event.outcome } : { failure: event.failure })
  if (event.kind === 'silent') {
    printer.print(event, event.why)
    return undefined
  }
  show(event.status, event.doing)
  if (event.status.status === 'paused' && !printer.interactive)
    return waits(session, run, event.status.waitingFor === 'release' ? 'loopwright holds' : `loopwright resume ${run}`)
  if (event.status.status !== 'waiting') return undefined
  if (event.status.waitingFor === 'mending') return printer.interactive ? undefined : waits(session, run, `loopwright resume ${run}`)
  const gates = await loopwright.gates(run)
  const [gate] = gates
  if (!gate) return undefined
  if (!printer.interactive) {
    await printGates(session, gates)
    return waits(session, run, `loopwright decide ${run} yes --digest ${gate.digest.slice(0, 12)}`)
  }
  return (await askPerson(session, gate, interrupted)) === 'interrupted' ? 'interrupted' : undefined
}

function shower({ printer }: Session, introduce: boolean): (status: Status, doing?: string) => void {
  const fresh = freshLines()
  let first = introduce
  let shown = ''
  return (status, doing) => {
    // What confines commands is found out in the run's first step.
    if (first && status.sandbox === 'unknown' && !printer.json) return printer.live((width) => progressLine(status, width))
    if (first) {
      printer.say(confinement(status.sandbox))
      first = false
    }
    for (const line of fresh(status.lines)) printer.say(`  ${line.text}`)
    if (printer.json) return printer.print({ kind: 'status', ...status, ...(doing === undefined ? {} : { doing }) }, '')
    // The end is told next, in full.
    if (['done', 'stopped', 'failed'].includes(status.status)) return
    const text = situation(status)
    if (text !== shown && !process.stdout.isTTY) printer.say(progressLine(status))
    printer.live((width) => progressLine(status, width, doing))
    shown = text
  }
}

function waits({ printer }: Session, run: string, next: string): number {
  printer.print({ kind: 'waiting', run, next }, `${printer.colors.bold('Next:')} ${next}`)
  return exitCodes.waiting
}

function detached({ printer }: Session, run: string): number {
  const next = `loopwright watch ${run}`
  printer.print({ kind: 'detached', run, next }, `detached; the run goes on\n${printer.colors.bold('Next:')} ${next}`)
  return exitCodes.interrupted
}
