import { ClientProblem } from '../client/problem.ts'
import { type Handlers } from './handlers.ts'

/** What goes on until somebody leaves, or a run ends. */
export const streams: Handlers<'eventsOfRun' | 'watchRun' | 'attachRun' | 'inbox'> = {
  eventsOfRun: async ({ loopwright }, { parameters: { run = '' }, lastEventId: after }) => {
    const behind = after === undefined ? {} : { after }
    // A run that is not there, or a place that is not in it, is said before the stream begins.
    const { endedAt } = await loopwright.show(run)
    const over = endedAt !== undefined && after !== undefined && (await isEmpty(loopwright.events(run, behind)))
    return { stream: (signal) => loopwright.events(run, { ...behind, signal }), idOf: ({ id }) => id, over }
  },
  watchRun: async ({ loopwright }, { parameters: { run = '' } }) => {
    await loopwright.show(run)
    return { stream: (signal) => loopwright.watch(run, { signal }) }
  },
  attachRun: async ({ loopwright }, { parameters: { run = '' }, query: { stage } }) => {
    await loopwright.show(run)
    return { stream: (signal) => loopwright.attach(run, { signal, ...(stage === undefined ? {} : { stage }) }) }
  },
  inbox: ({ inbox }, { lastEventId }) => {
    if (lastEventId !== undefined)
      throw new ClientProblem('InvalidInput', 'the inbox has no places to resume at: it tells all of it', 'leave out Last-Event-ID')
    return Promise.resolve({ stream: (signal) => inbox.follow(signal) })
  },
}

async function isEmpty(events: AsyncGenerator<unknown, void, undefined>): Promise<boolean> {
  const { done = false } = await events.next()
  await events.return()
  return done
}
