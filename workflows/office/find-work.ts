import { type FindWork, type FoundWork } from '../../contract/office/find-work.ts'
import { ticketTools, WaitingTickets } from '../../contract/office/tickets.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { begin, finish, tools, use } from '../core/index.ts'

/** Starts a run for each ticket that has none, at most so many; the id of a run is that of its ticket, so that two who look at once start it once. */
export async function findWork({ workflow, input, most }: FindWork): Promise<Outcome<FoundWork>> {
  const { text, failed } = await use(tools(ticketTools.list)[0]!, {}, { inlineBytes: 256 * 1024 })
  if (failed || typeof text !== 'string') return finish.stopped('blocked', `The folder of tickets cannot be read: ${JSON.stringify(text)}`)
  const { waiting, bad, filed, unread } = WaitingTickets.parse(JSON.parse(text))
  const found: FoundWork = { started: [], skipped: [], left: unread }
  for (const { file, why } of bad) found.skipped.push({ what: file, why })
  for (const id of filed) found.skipped.push({ what: id, why: 'it is filed' })
  for (const ticket of waiting) {
    const run = `${workflow}-${ticket.id}`
    if (found.started.length === most) found.left++
    else if ((await begin(workflow, run, { ...input, ticket })) === 'started') found.started.push(run)
    else found.skipped.push({ what: ticket.id, why: `there is a run ${run}` })
  }
  const why = `${found.started.length} started, ${found.skipped.length} skipped, ${found.left} left for the next time.`
  return finish.accepted(found, why)
}
