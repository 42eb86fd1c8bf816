// In a project of your own: import { defineTool, EffectRefused } from 'loopwright/worker'
import { z } from 'zod'
import { defineTool, EffectRefused } from '../workers/index.ts'

/** Comments on a ticket. Findable: the effect's id stands in the comment, so that in doubt it is looked up instead of written twice. */
export const comment = defineTool({
  name: 'comment',
  description: 'Comments on the ticket.',
  arguments: z.strictObject({ text: z.string().min(1).max(5_000).describe('What the comment says.') }),
  class: 'findable',
  minutes: 0.5,

  async perform({ text }, { effect, signal, environment }) {
    const response = await fetch(`${environment['TICKETS_URL']}/comments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `${text} [${effect}]` }),
      signal,
    })
    // Certain: nothing was written, and the model may read why. Whatever else goes wrong is a doubt, and is looked up.
    if (response.status === 422) throw new EffectRefused(`The ticket takes no such comment: ${await response.text()}`)
    if (!response.ok) throw new Error(`the tickets answered ${response.status}`)
    return 'The comment is written.'
  },

  async find(_arguments, { effect, signal, environment }) {
    const response = await fetch(`${environment['TICKETS_URL']}/comments?marker=${encodeURIComponent(effect)}`, { signal })
    if (!response.ok) throw new Error(`the tickets answered ${response.status}`)
    const { found } = z.object({ found: z.array(z.string()) }).parse(await response.json())
    return found.length > 0 ? { found: 'done', text: 'The comment is written.' } : { found: 'absent' }
  },
})
