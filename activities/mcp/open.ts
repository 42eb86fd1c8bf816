import { type Surroundings } from './connection.ts'
import { readMcpSettings } from './settings.ts'
import { type Mcp } from './tools.ts'

/** Reads `mcp.json` and asks every server of it once what its tools are. What talks with servers is loaded only where there is one: a worker starts sooner. */
export async function openMcp(where: Surroundings): Promise<Mcp> {
  const { mcpServers } = readMcpSettings(where)
  if (Object.keys(mcpServers).length === 0) return { tools: [], problems: [], close: async () => {} }
  const { openServers } = await import('./tools.ts')
  return openServers(mcpServers, where)
}
