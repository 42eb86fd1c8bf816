import { ChildWorkflowCancellationType, ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { addedPolicy } from './policy.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'
import { inheritance } from './seen.ts'
import { tenantOf } from './tenant.ts'

/**
 * Starts a run that goes on by itself, with limits of its own: nothing of this run's is taken, and it outlives this one. An id is used once: where a run has it,
 * live or ended, nothing is started.
 */
export function begin(workflow: string, id: string, input: object): Promise<'started' | 'there already'> {
  const tenant = tenantOf()
  return road({ name: workflow, kind: 'child', text: `starting ${id}`, call: { workflow, id, input } }, async () => {
    const policy = addedPolicy()
    const { read } = inheritance(currentRun()).inherited ?? {}
    const memo = { ...(tenant === undefined ? {} : { tenant }), ...(policy === undefined ? {} : { policy }) }
    try {
      await startChild(workflow, {
        workflowId: id,
        args: [input, ...(read ? [{ inherited: { read } }] : [])],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        ...(Object.keys(memo).length > 0 ? { memo } : {}),
      })
      return 'started'
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'there already'
      throw error
    }
  })
}
