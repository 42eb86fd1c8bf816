// Plain JavaScript: real worker processes load it as it is.
import { z } from 'zod'

const text = z.strictObject({ text: z.string().describe('What to say.') })

/**
 * One tool of each class that talks to the recorder of test/support/recorder.ts at RECORDER_URL. `Refused` is the error class of the package that is tested.
 * `minutes` is what one call may take.
 */
export function effectTools(Refused, minutes = 0.05) {
  const send = async (path, body, { environment, signal }, headers = {}) => {
    const response = await fetch(`${environment.RECORDER_URL}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    })
    if (response.status === 422) throw new Refused(`${path} refused it.`)
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return response.json()
  }
  const read = async (path, { environment, signal }) => {
    const response = await fetch(`${environment.RECORDER_URL}${path}`, { signal })
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return response.json()
  }
  return [
    {
      name: 'look',
      description: 'Looks how much has happened.',
      arguments: z.strictObject({}),
      class: 'read',
      minutes,
      perform: (_args, context) => read('/look', context),
    },
    {
      name: 'charge',
      description: 'Charges a card.',
      arguments: text,
      class: 'keyed',
      minutes,
      perform: (args, context) => send('/charges', args, context, { 'idempotency-key': context.key }),
    },
    {
      name: 'comment',
      description: 'Writes a comment.',
      arguments: text,
      class: 'findable',
      minutes,
      perform: (args, context) => send('/comments', { text: `${args.text} [${context.effect}]` }, context),
      find: async (_args, context) => {
        const { found } = await read(`/comments?marker=${encodeURIComponent(context.effect)}`, context)
        return found.length > 0 ? { found: 'done', text: `There is a comment: ${found[0]}` } : { found: 'absent' }
      },
    },
    {
      // No class: it counts as once.
      name: 'mail',
      description: 'Sends a mail.',
      arguments: text,
      minutes,
      perform: (args, context) => send('/mails', args, context),
    },
  ]
}
