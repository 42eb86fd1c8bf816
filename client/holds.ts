import { concerns, type Hold, holdKey, Selector, selectorOf, type Switched, switchboard } from '../contract/holds.ts'
import { messages } from '../contract/messages.ts'
import { standingIn } from '../contract/switches.ts'
import { decoded } from './archive.ts'
import { ask } from './asking.ts'
import { abreast, type Told, tellRun } from './each.ts'
import { checked } from './input.ts'
import { openRuns } from './list.ts'
import { isNotFound, type Server } from './server.ts'

/** Standing switches: each holds every run that it is about, those started later included. */
export interface Holds {
  /** What is held now. */
  list(): Promise<Hold[]>
  /** Throws the switch, and then tells every open run; says what each was told. Doing it again does no harm, and reaches whom the first time missed. */
  hold(selector: Selector, about?: Throwing): Promise<Told[]>
  /** Throws the switch back, and then lets the held runs go on, so many per second. Doing it again goes on where it broke off. */
  release(selector: Selector, about?: Throwing & { perSecond?: number }): Promise<Told[]>
}

export interface Throwing {
  by?: string
  reason?: string
  /** For how long runs are looked for that the server's index does not know yet (3,000). */
  lagMilliseconds?: number
  onTold?: (told: Told) => void
}

/** How far the server's index may lag behind; a run that begins after the switch was thrown sees that by itself. */
const usualLag = 3_000
const usualPerSecond = 5

/** What can be held on a server. */
export function holdsOf(server: Server): Holds {
  return {
    list: () => standing(server),
    hold: async (selector, { lagMilliseconds, onTold, ...about } = {}) => {
      const thrown = await throwSwitch(server, selector, { on: true, ...about })
      return sweep(server, thrown, lagMilliseconds, onTold, (run) => tellRun(server, run, 'hold', thrown))
    },
    release: async (selector, { lagMilliseconds, perSecond = usualPerSecond, onTold, ...about } = {}) => {
      const thrown = await throwSwitch(server, selector, { on: false, ...about })
      const paced = pace(perSecond)
      return sweep(server, thrown, lagMilliseconds, onTold, async (run) => {
        const held = await holdsIt(server, run, thrown)
        if (held === 'no') return undefined
        if (held === 'yes') await paced()
        return tellRun(server, run, 'hold', thrown)
      })
    },
  }
}

/** What is held now, from the history of the switches: the server's index would lag behind. */
async function standing(server: Server): Promise<Hold[]> {
  const history = await server.workflows
    .getHandle(switchboard.workflowId)
    .fetchHistory()
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  return standingIn(history?.events ?? [], (payloads) => decoded(server, payloads))
}

async function throwSwitch(server: Server, selector: Selector, { on, by, reason }: Switched): Promise<Switched> {
  const about = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) }
  const thrown = { ...selectorOf(checked(Selector, selector, 'the hold', 'loopwright hold --help')), on, ...about }
  checked(messages.hold.input, thrown, 'the hold', 'loopwright hold --help')
  const { workflowType, workflowId, taskQueue, signal } = switchboard
  await server.workflows.signalWithStart(workflowType, { workflowId, taskQueue, signal, signalArgs: [thrown], args: [] })
  return thrown
}

/** Tells every open run once. Whoever began before the switch was thrown is in the index a moment later, at the latest. */
async function sweep(
  server: Server,
  thrown: Switched,
  lag = usualLag,
  onTold: (told: Told) => void = () => {},
  tell: (run: string) => Promise<Told | undefined>,
): Promise<Told[]> {
  const seen = new Set<string>()
  const all: Told[] = []
  for (const until = Date.now() + lag; ;) {
    const last = Date.now() >= until
    const fresh: string[] = []
    for await (const { run, ...about } of openRuns(server, thrown.workflow)) if (concerns(thrown, about) && !seen.has(run)) fresh.push(run)
    for (const run of fresh) seen.add(run)
    for await (const told of abreast(fresh, tell)) {
      if (!told) continue
      all.push(told)
      onTold(told)
    }
    if (last) return all
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, Math.max(until - Date.now(), 0))))
  }
}

/** Whether a run has this hold; one that has just begun may have read the switch before it was thrown back. */
async function holdsIt(server: Server, run: string, thrown: Switched): Promise<'yes' | 'no' | 'perhaps'> {
  const { answer } = await ask(server, run, 'status')
  if (!answer) return 'yes'
  if (answer.holds?.some((hold) => holdKey(hold) === holdKey(thrown))) return 'yes'
  return answer.sandbox === 'unknown' ? 'perhaps' : 'no'
}

/** Lets its callers pass one after the other, so many per second. */
function pace(perSecond: number): () => Promise<void> {
  let next = 0
  return () => {
    const now = Date.now()
    const at = Math.max(now, next)
    next = at + 1_000 / perSecond
    return new Promise((resolve) => setTimeout(resolve, at - now))
  }
}
