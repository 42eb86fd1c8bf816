import { askedFor, player } from '../support/player.ts'
import { type Behaviour, type LoopFixture } from './fixture.ts'

/** Hands every ticket over to the same team. */
const handsOver: Behaviour = () => (request) =>
  askedFor(request) ? JSON.stringify({ route: 'billing', confidence: 0.9, why: 'it is about money' }) : player(request)
let tickets = 0

export const triage: LoopFixture = {
  name: 'triage',
  input: () => ({
    ticket: { id: `contract-${++tickets}`, subject: 'The invoice of March', text: 'It is wrong.' },
    teams: { billing: 'Invoices.' },
    // Long enough that a note doesn't fit into what little a greedy classifier leaves.
    known: 'Be kind, and brief. '.repeat(150),
  }),
  accepts: handsOver,
  never: handsOver,
  lacks: {
    loop: 'what is handed over has fixed steps, and an answer that stays weak is escalated instead of stopping',
    fallback: 'what comes of a loop that stops is an escalation',
    agent: 'its stages are single questions',
  },
}
