import { type MessageName } from '../contract/messages.ts'
import { reasonOf } from './asking.ts'
import { isNotFound, type Server } from './server.ts'

/** What became of one run of several. */
export interface Told {
  run: string
  accepted: boolean
  /** One sentence; always there when it was not accepted. */
  reason?: string
}

/** How many runs are told at once. */
const most = 8

/** Does the same for many, a few at once, and gives what comes of it as it comes. */
export async function* abreast<Item, Result>(
  items: Item[],
  each: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const queue = [...items]
  const under = new Map<number, Promise<{ key: number; result: Result }>>()
  for (let key = 0; queue.length > 0 || under.size > 0;) {
    while (under.size < most && queue.length > 0) {
      const mine = key++
      under.set(
        mine,
        each(queue.shift()!).then((result) => ({ key: mine, result })),
      )
    }
    const done = await Promise.race(under.values())
    under.delete(done.key)
    yield done.result
  }
}

/** Sends a run a message as a signal, which also reaches one whose worker is away: it is heard before any step that comes after it. */
export async function tellRun(server: Server, run: string, name: MessageName, message: object): Promise<Told> {
  try {
    await server.workflows.getHandle(run).signal(name, message)
    return { run, accepted: true }
  } catch (error) {
    return { run, accepted: false, reason: isNotFound(error) ? 'the run has ended meanwhile' : reasonOf(error) }
  }
}
