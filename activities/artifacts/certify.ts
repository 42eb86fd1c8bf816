import { Context } from '@temporalio/activity'
import { type Case, caseOf, type Closing } from '../../contract/cases.ts'
import { type Ref } from '../../contract/json.ts'
import { caseKey } from '../../store/case-key.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { historyKey } from '../../store/history-key.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { type Activities } from '../activities.ts'
import { forgetRun } from '../memory/facts.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'

/** The activity that keeps the closing record of a run, where `certificate/<run>` finds it, and the run as a case if it is one. */
export function createCertify({ store, environment }: World): Activities['certify'] {
  return ({ run, record }) =>
    whileAlive(async () => {
      const pieces = typeof record === 'string' ? [record] : await Promise.all(record.map(({ sha256 }) => store.text(sha256)))
      const text = pieces.join('')
      const ref = await store.put(text)
      crashPoint('certify.stored')
      if (environment['LOOPWRIGHT_MEMORY']) await forgetRun(store, run)
      await keepCase(store, JSON.parse(text) as Closing, ref)
      await store.point(`certificate/${run}`, ref)
      return ref
    })
}

async function keepCase(store: ArtifactStore, closing: Closing, certificate: Ref): Promise<void> {
  const kept = caseOf(closing)
  const execution = Context.current().info.workflowExecution
  if (!kept || !execution) return
  const { workflowId, runId } = execution
  const best = kept.best && { best: await store.put(JSON.stringify(kept.best)) }
  const found: Case = { ...kept.found, ...best, certificate, history: historyKey(workflowId, runId) }
  await store.point(caseKey(workflowId, runId), await store.put(JSON.stringify(found)))
}
