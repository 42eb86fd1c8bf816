import { asyncLocalStorage, getClient } from '@temporalio/activity'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'

const tenantAttribute = defineSearchAttributeKey('LoopwrightTenant', SearchAttributeType.KEYWORD)

/** The workflow and the tenant of the run that a tool works for, as the server says: no argument of a model can name another. */
export async function whose(run: string): Promise<{ workflow: string; tenant?: string }> {
  const workflow = asyncLocalStorage.getStore()?.info.workflowType
  if (workflow === undefined) throw new Error('Facts are remembered and recalled in activities only.')
  const { memo, typedSearchAttributes } = await getClient().workflow.getHandle(run).describe()
  const said: unknown = memo?.['tenant'] ?? typedSearchAttributes.get(tenantAttribute)
  return { workflow, ...(typeof said === 'string' && said !== '' ? { tenant: said } : {}) }
}
