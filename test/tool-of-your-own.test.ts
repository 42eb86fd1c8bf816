import { expect, test } from '@jest/globals'
import { comment } from '../examples/tool-of-your-own.ts'
import { scriptOfToolCalls, startScriptedServer } from '../testing/index.ts'
import { openBench } from './support/core.ts'
import { startRecorder } from './support/recorder.ts'

test('an agent uses the tool of the example: one comment is written, and the one whose answer was lost is found', async () => {
  const recorder = await startRecorder()
  // Written, but the answer says otherwise.
  recorder.fault = ({ kind }) => (kind === 'comment' ? { answer: 502 } : undefined)
  const server = await startScriptedServer({ script: scriptOfToolCalls([{ name: 'comment', arguments: { text: 'Done.' } }]) })
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key', TICKETS_URL: recorder.url }
  const bench = await openBench('./workflows/effects.ts', environment, [{ ...comment, minutes: 0.02 }])
  try {
    const run = await bench.start('acting', { models: 'openai/x', names: ['comment'] })
    expect(await run.result()).toMatchObject({ status: 'accepted' })
    expect(recorder.happened).toMatchObject([{ kind: 'comment', text: expect.stringContaining(`Done. [${run.workflowId}/0/`) }])
    expect(JSON.stringify(server.requests.at(-1)!.messages)).toContain('The comment is written.')
  } finally {
    await bench.close()
    await server.close()
    await recorder.close()
  }
})
