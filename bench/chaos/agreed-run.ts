import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type WorkflowHandle } from '@temporalio/client'
import { type Gate } from '../../contract/messages.ts'
import { startEffectsWorker, startRecorderProcess, timesOf } from './effects-run.ts'
import { type Scenario } from './scenario.ts'

/** A run whose effect a policy asks about: it is prepared, agreed to, done, and undone because the run stops. */
export async function agreedScenario(client: Client, address: string, bundle: string): Promise<Scenario> {
  const taskQueue = `chaos-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const policy = join(stateFolder, 'policy.json')
  writeFileSync(policy, JSON.stringify({ rules: [{ name: 'orders', then: 'ask', tools: ['order'] }] }))
  const recorder = await startRecorderProcess(stateFolder)
  const args = [{ calls: [{ tool: 'order', text: 'pens' }], stops: true }]
  const run = await client.workflow.start('effects', { taskQueue, workflowId: `agreed-${randomUUID()}`, args })
  return {
    run,
    startWorker: (environment) =>
      startEffectsWorker(
        { address, taskQueue, stateFolder, bundle },
        { ...environment, RECORDER_URL: recorder.url, LOOPWRIGHT_POLICY: policy },
      ),
    assist: (stop) => agreeToAll(run, stop),
    judge: async ({ status, why }) => {
      const happened = await recorder.happened()
      const times = (text: string) => timesOf({ tool: 'charge', text }, happened)
      const told = status === 'stopped' && why.includes('Undone: order')
      return [
        ...(times('pens') === 1 ? [] : [`the order happened ${times('pens')} times`]),
        ...(times('undo pens') === 1 ? [] : [`the order was undone ${times('undo pens')} times`]),
        ...(told ? [] : [`the run ended as ${status}: ${why}`]),
      ]
    },
    async close() {
      recorder.stop()
      rmSync(stateFolder, { recursive: true, force: true })
    },
  }
}

/** Says yes to whatever is asked, as often as it is asked. */
async function agreeToAll(run: WorkflowHandle, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    for (const { gate, digest } of await run.query<Gate[]>('gates').catch(() => []))
      await run.executeUpdate('decide', { args: [{ gate, digest, answer: 'yes', by: 'ada' }] }).catch(() => {})
    await sleep(300)
  }
}
