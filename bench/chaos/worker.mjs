// A real worker process with a tool of each class: ADDRESS TASK_QUEUE STATE_FOLDER BUNDLE. Prints `ready`.
import { z } from 'zod'
import { EffectRefused, startWorker } from '../../dist/workers/index.js'
import { effectTools } from '../../test/support/effect-tools.mjs'

const [address, taskQueue, stateFolder, codePath] = process.argv.slice(2)
const minutes = Number(process.env.EFFECT_MINUTES ?? 0.05)
const charge = async (text, key, { environment, signal }) => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const response = await fetch(`${environment.RECORDER_URL}/charges`, { method: 'POST', headers, body: JSON.stringify({ text }), signal })
  if (!response.ok) throw new Error(`/charges answered ${response.status}`)
  return response.json()
}
/** It shows what it would do, and can be undone. */
const order = {
  name: 'order',
  description: 'Orders something.',
  arguments: z.strictObject({ text: z.string() }),
  class: 'keyed',
  minutes,
  prepare: async ({ text }) => ({ show: { order: text, amount: 5 }, dollars: 5 }),
  perform: ({ text }, context) => charge(text, context.key, context),
  compensate: async ({ text }, context) => void (await charge(`undo ${text}`, `${context.key}-undo`, context)),
}
const tools = [...effectTools(EffectRefused, minutes), order]
const { run } = await startWorker({ address, taskQueue, stateFolder, bundle: { codePath }, tools })
process.stdout.write('ready\n')
await run()
