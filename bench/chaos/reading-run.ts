import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client } from '@temporalio/client'
import { startEffectsWorker } from './effects-run.ts'
import { type Scenario } from './scenario.ts'

/** A run that only looks: it searches a folder, runs a command in one of its own, and changes nothing. */
export async function readingScenario(client: Client, address: string, bundle: string): Promise<Scenario> {
  const taskQueue = `chaos-${randomUUID()}`
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-'))
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-documents-'))
  writeFileSync(join(folder, 'beats.md'), '# Beats\nA heartbeat comes every second.\n')
  const run = await client.workflow.start('reading', { taskQueue, workflowId: `reading-${randomUUID()}`, args: [{ folder }] })
  return {
    run,
    startWorker: (environment) =>
      startEffectsWorker({ address, taskQueue, stateFolder, bundle }, { ...environment, RECORDER_URL: 'http://127.0.0.1:9' }),
    judge: async ({ status, why, value }) =>
      JSON.stringify(value) === '["beats.md#1-2"]' ? [] : [`the run ended as ${status} with ${JSON.stringify(value)}: ${why}`],
    async close() {
      for (const path of [stateFolder, folder]) rmSync(path, { recursive: true, force: true })
    },
  }
}
