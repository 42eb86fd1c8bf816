import protocol from '@temporalio/proto'
import { type NativeConnection } from '@temporalio/worker'
import { searchAttributes } from '../contract/preflight.ts'

const keyword = protocol.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/** Registers what is missing of our search attributes and says which are there. A server that refuses (no permission, no room) is no failure: `list` says what it can't filter. */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<string[]> {
  const present = async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    return searchAttributes.filter((name) => customAttributes?.[name] === keyword)
  }
  try {
    const before = await present()
    const missing = searchAttributes.filter((name) => !before.includes(name))
    if (missing.length === 0) return before
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    })
    return await present()
  } catch {
    return await present().catch(() => [])
  }
}
