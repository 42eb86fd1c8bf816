import { type StopReason } from '../../contract/outcome.ts'
import { type RunSummary } from '../summary.ts'
import { type Facts } from './facts.ts'
import { shellWord } from './words.ts'

/** What to do next: a sentence, and the one command. */
export interface Next {
  next: string
  command: string
}

/** What is next for a run that has not ended. */
export function nextOfOpen({
  run,
  stuck,
  silent,
  status,
  waitingFor,
}: Pick<RunSummary, 'run' | 'stuck' | 'silent' | 'status' | 'waitingFor'>): Next {
  if (stuck)
    return { next: 'Start a worker with mended code; this says where the code decides otherwise now', command: `loopwright replay ${run}` }
  if (silent) return { next: 'Start a worker', command: 'loopwright worker' }
  if (waitingFor === 'release') return { next: 'See what is held and release it', command: 'loopwright holds' }
  if (status === 'paused') return { next: 'Let it go on', command: `loopwright resume ${run}` }
  if (status !== 'waiting') return { next: 'Follow it', command: `loopwright watch ${run}` }
  return waitingFor === 'mending'
    ? { next: 'Mend it where the worker runs; it looks again by itself, or at once with', command: `loopwright resume ${run}` }
    : { next: 'Look at what is shown, and answer', command: `loopwright gates ${run}` }
}

/** What is next for a run that has ended; `subject` is its id, or the file that its trace was read from. */
export function nextOfEnd(facts: Facts, subject: string): Next {
  const { status, reason, failure, patch, input, run } = facts
  const look = { command: `loopwright trace ${shellWord(subject)}` }
  if (status === 'open') return { next: 'Ask where its server is', command: `loopwright why ${run}` }
  if (status === 'failed') {
    if (failure?.type === 'Terminated') return { next: 'Start it again', command: again(facts) }
    return { next: failure?.next?.replace(/[.\s]+$/, '') ?? 'See what it did until then', ...look }
  }
  if (status === 'stopped') return afterStop(reason, facts, look.command)
  if (patch?.branch && typeof input['repo'] === 'string')
    return { next: 'Take the result', command: `git -C ${shellWord(input['repo'])} merge ${shellWord(patch.branch)}` }
  return { next: 'See how it came to that', ...look }
}

/** Limits that a bigger one is the remedy for. */
const raised: StopReason[] = ['attempts', 'minutes', 'tokens', 'dollars']

function afterStop(reason: StopReason | undefined, facts: Facts, look: string): Next {
  if (reason !== undefined && raised.includes(reason))
    return { next: `Start it again with a higher limit of ${reason}`, command: again(facts, reason) }
  if (reason === 'stalls') return { next: 'Read what was tried, then start again with another model or a clearer goal', command: look }
  if (reason === 'declined') return { next: 'Read what the person saw and said, then start again with another goal', command: look }
  if (reason === 'model' || reason === 'error' || reason === 'blocked')
    return { next: 'Look whether everything that runs need is there', command: 'loopwright doctor' }
  return { next: 'Start it again', command: again(facts) }
}

/** The command that starts the same run, with one limit doubled. */
function again({ workflow, input, limits }: Facts, limit?: StopReason): string {
  const given = typeof input['limits'] === 'object' ? input['limits'] : {}
  const before = limit !== undefined && limits && limit in limits ? limits[limit as keyof typeof limits] : undefined
  const raisedLimits = typeof before === 'number' && limit !== undefined ? { limits: { ...given, [limit]: before * 2 } } : {}
  const text = JSON.stringify({ ...input, ...raisedLimits })
  return `loopwright run ${workflow} ${text.length <= longest ? `--input ${shellWord(text)}` : '--input-file FILE'}`
}

/** Longer inputs belong in a file. */
const longest = 1_000
