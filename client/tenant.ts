import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { type WorkflowExecutionInfo } from '@temporalio/client'
import { isNotFound, type Server } from './server.ts'

const tenantAttribute = defineSearchAttributeKey('LoopwrightTenant', SearchAttributeType.KEYWORD)

/** Whose run an execution is: as the client said when it started it, or as the search attribute says that plain starts can set. */
export function tenantIn({
  memo,
  typedSearchAttributes,
}: Pick<WorkflowExecutionInfo, 'memo' | 'typedSearchAttributes'>): string | undefined {
  const said: unknown = memo?.['tenant'] ?? typedSearchAttributes.get(tenantAttribute)
  return typeof said === 'string' && said !== '' ? said : undefined
}

/** Whose run it is; undefined also where the server knows none of that id. */
export async function tenantOfRun(server: Server, run: string): Promise<string | undefined> {
  try {
    return tenantIn(await server.workflows.getHandle(run).describe())
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
