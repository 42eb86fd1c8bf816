import { workflowInfo } from '@temporalio/workflow'

/** Whose run this is: as the client said when it started it, or as the search attribute says that plain starts can set. */
export function tenantOf(): string | undefined {
  const { memo, searchAttributes } = workflowInfo()
  const said: unknown = memo?.['tenant'] ?? searchAttributes['LoopwrightTenant']?.[0]
  return typeof said === 'string' && said !== '' ? said : undefined
}
