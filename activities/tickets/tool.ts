import { join, resolve } from 'node:path'
import { z } from 'zod'
import { TicketId, ticketTools as names } from '../../contract/office/tickets.ts'
import { createAtomically } from '../../store/atomic.ts'
import { defineTool, EffectRefused, type OwnTool } from '../effects/tool.ts'
import { readRegular } from '../regular-file.ts'
import { filedFolder, ticketsIn } from './folder.ts'

const Filed = z.strictObject({
  ticket: TicketId,
  route: z.string().max(200).describe('What became of it, in a line.'),
  text: z.string().describe('The answer, or the note.'),
})

/** The tools that list tickets and file what became of them, where LOOPWRIGHT_TICKETS names a folder. A ticket is filed once: who comes second is refused. */
export function ticketTools(environment: Record<string, string | undefined>): OwnTool[] {
  const named = environment['LOOPWRIGHT_TICKETS']
  if (!named) return []
  const folder = resolve(named)
  const place = (ticket: string) => join(filedFolder(folder), `${ticket}.md`)
  const file = defineTool({
    name: names.file,
    description: 'Files what became of a ticket.',
    arguments: Filed,
    class: 'findable',
    minutes: 0.5,
    async perform({ ticket, route, text }, { effect }) {
      const path = place(ticket)
      const head = `---\nticket: ${ticket}\nroute: ${route.replaceAll('\n', ' ')}\neffect: ${effect}\n---\n\n`
      const made = await createAtomically(path, Buffer.from(`${head}${text}\n`), join(folder, '.filing'))
      if (!made) throw new EffectRefused(`${path} is there already.`)
      return path
    },
    async find({ ticket }, { effect }) {
      const path = place(ticket)
      return isBy(path, effect) ? { found: 'done', text: path } : { found: 'absent' }
    },
  })
  const list = defineTool({
    name: names.list,
    description: 'Lists the tickets that wait.',
    arguments: z.strictObject({}),
    class: 'read',
    minutes: 0.5,
    perform: async () => JSON.stringify(ticketsIn(folder)),
  })
  return [list, file]
}

function isBy(file: string, effect: string): boolean {
  try {
    return readRegular(file).toString('utf8').split('\n---\n', 1)[0]!.endsWith(`\neffect: ${effect}`)
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
