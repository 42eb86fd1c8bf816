import { type Message, type MessageAnswer } from '../../contract/messages.ts'
import { isInside, releaseFirst } from './holds.ts'
import { type Run } from './run.ts'

const yes: MessageAnswer = { accepted: true }

/** Lets no new step begin: in the whole run or in one stage, with the runs that are waited for there. */
export function pause(run: Run, { stage: given, children, ...message }: Message<'pause'>): MessageAnswer {
  const stage = given?.replace(/\/+$/, '')
  if (stage === undefined) run.paused = true
  else run.pausedStages.add(stage)
  // A child is paused itself; cancelled it would have to begin again.
  if (message.now) run.cancelInFlight(({ kind, path }) => kind !== 'child' && (stage === undefined || isInside(path, stage)))
  if (children) tellChildren(run, 'pause', { ...message, children }, stage)
  if (stage === undefined || [...run.open.keys(), ...run.waiting.keys()].some((path) => isInside(path, stage))) return yes
  return { accepted: true, reason: `No stage ${stage} is open now; it waits as soon as it would begin.` }
}

/** Goes on: with one paused stage, or with everything that is paused and everything that waits to be mended. */
export function resume(run: Run, { note, stage: given, ...message }: Message<'resume'>): MessageAnswer {
  const stage = given?.replace(/\/+$/, '')
  if (stage !== undefined && !run.pausedStages.delete(stage))
    return { accepted: false, reason: `The stage ${stage} is not paused by itself${listed([...run.pausedStages])}.` }
  if (stage === undefined) {
    if (!run.paused && run.pausedStages.size === 0 && run.parked.size === 0)
      return { accepted: false, reason: releaseFirst(run) ?? 'The run is not paused.' }
    run.paused = false
    run.pausedStages.clear()
    run.resumed++
  }
  tellChildren(run, 'resume', message, stage)
  if (note !== undefined) run.steering.push({ ...message, text: note, when: 'next' })
  return yes
}

function listed(stages: string[]): string {
  return stages.length === 0 ? '' : `; these are: ${stages.join(', ')}`
}

/** What holds for the whole tree, or for what is inside a stage. A child that has ended meanwhile is told nothing. */
export function tellChildren<Name extends 'pause' | 'resume' | 'hold'>(
  run: Run,
  name: Name,
  message: Omit<Message<Name>, 'note' | 'stage'>,
  stage?: string,
): void {
  for (const [path, child] of run.children) {
    if (stage === undefined || isInside(path, stage)) void child.signal(name, message).catch(() => undefined)
  }
}
