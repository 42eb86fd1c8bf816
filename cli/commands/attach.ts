import { type Command } from 'commander'
import { type Attached, visible } from '../../client/index.ts'
import { printEnding } from '../follow.ts'
import { interruption } from '../interruption.ts'
import { inSession, type Session } from '../session.ts'
import { exitCodes } from '../usage.ts'

/** `attach RUN`: the live output of a run or of one of its stages. */
export function addAttach(program: Command): void {
  program
    .command('attach')
    .description('Shows what the steps of a run say, as they say it: a model, a tool, the tests; Ctrl-C detaches, and the run goes on.')
    .argument('<run>', 'the run, or a unique prefix of its id')
    .option('--stage <path>', 'only this stage and what is inside it, as `show RUN` names it')
    .action((prefix: string, { stage }: { stage?: string }, command: Command) =>
      inSession(command, async (session) => attached(session, await session.loopwright.resolve(prefix), stage)),
    )
}

async function attached(session: Session, run: string, stage: string | undefined): Promise<number> {
  const interrupted = interruption()
  const detaching = new AbortController()
  const events = session.loopwright.attach(run, { signal: detaching.signal, ...(stage === undefined ? {} : { stage }) })
  const print = printing(session)
  try {
    for (;;) {
      const next = await Promise.race([events.next(), interrupted.happened])
      if (next === 'interrupted') {
        session.printer.say('detached; the run goes on')
        return exitCodes.interrupted
      }
      if (next.done) return exitCodes.failed
      const { value } = next
      if (value.kind === 'ended')
        return await printEnding(session, run, value.outcome ? { outcome: value.outcome } : { failure: value.failure })
      print(value)
      if (value.kind === 'over') return exitCodes.accepted
    }
  } finally {
    interrupted.forget()
    detaching.abort()
    await events.return()
  }
}

/** Prints output under the name of its step, as it comes; what would move the cursor is written as its number. */
function printing({ printer }: Session): (event: Exclude<Attached, { kind: 'ended' }>) => void {
  const { dim, bold } = printer.colors
  let last = ''
  const heading = (stage: string, text: string) => {
    if (last !== stage || text !== '') printer.say(bold(`── ${visible(stage)}${text === '' ? '' : `  ${visible(text)}`}`))
    last = stage
  }
  return (event) => {
    if (printer.json) return printer.print(event, '')
    if (event.kind === 'begins')
      return heading(event.stage, event.run === undefined ? event.text : `${event.text}: loopwright attach ${event.run}`)
    if (event.kind === 'over') return printer.say(dim(`── ${visible(event.stage)} is over`))
    heading(event.stage, '')
    if (event.kind === 'ends') return printer.say(dim(`── ${event.how}`))
    if (event.missed > 0) printer.say(dim(`… ${event.missed} bytes more`))
    printer.stream(visible(event.text))
  }
}
