import { z } from 'zod'

/** Part of a run's id and of a file's name. */
export const TicketId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'up to 100 letters, digits, dots, _ and -, beginning with a letter or digit')

/** What somebody wants of us. */
export const Ticket = z.strictObject({
  id: TicketId.describe('Of the ticket; a run about it is called after it.'),
  subject: z.string().min(1).max(1_000).describe('In a line.'),
  text: z.string().max(60_000).default('').describe('All of it.'),
  from: z.string().max(500).optional().describe('Who wrote it.'),
  receivedAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When it came; the deadline counts from then. Default: when its run begins.'),
})
export type Ticket = z.output<typeof Ticket>

/** What lies in the folder of tickets, oldest first: those that wait, files that are no ticket and why, those that are filed, and how many more there are. */
export const WaitingTickets = z.strictObject({
  waiting: z.array(Ticket),
  bad: z.array(z.strictObject({ file: z.string(), why: z.string() })),
  filed: z.array(TicketId),
  unread: z.int(),
})
export type WaitingTickets = z.output<typeof WaitingTickets>

/** The tools that list tickets and file what became of them; a worker has them when LOOPWRIGHT_TICKETS names the folder. */
export const ticketTools = { list: 'list_tickets', file: 'file_ticket' } as const
