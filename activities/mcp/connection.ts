import { homedir } from 'node:os'
import { Client, StreamableHTTPClientTransport, type Tool, type Transport } from '@modelcontextprotocol/client'
import { filled, type McpServer } from './settings.ts'
import { ProcessTransport } from './process-transport.ts'

const connectMilliseconds = 15_000
/** More pages than this of a server's tools are not read. */
const mostPages = 20

/** What a worker brings along. */
export interface Surroundings {
  stateFolder: string
  environment: Record<string, string | undefined>
}

/** One server: connected when it is first needed, and again after it has gone away. */
export class Connection {
  private open: Promise<{ client: Client; tools: Map<string, Tool> }> | undefined
  private readonly server: McpServer
  private readonly where: Surroundings

  constructor(server: McpServer, where: Surroundings) {
    this.server = server
    this.where = where
  }

  /** The client and what the server's tools are said to be; the same for all callers while the connection lasts. */
  connected(): Promise<{ client: Client; tools: Map<string, Tool> }> {
    this.open ??= this.connect().catch((error: unknown) => {
      this.open = undefined
      throw error
    })
    return this.open
  }

  async close(): Promise<void> {
    const open = await this.open?.catch(() => undefined)
    this.open = undefined
    await open?.client.close()
  }

  private async connect() {
    // It may ask this side for nothing: no sampling, no questions to people, no roots.
    const client = new Client({ name: 'loopwright', version: '1' }, { capabilities: {} })
    const opened = this.transport()
    try {
      await client.connect(opened, { timeout: connectMilliseconds })
      const tools = await listed(client)
      client.onclose = () => (this.open = undefined)
      return { client, tools }
    } catch (error) {
      await client.close().catch(() => {})
      await opened.close().catch(() => {})
      throw error
    }
  }

  private transport(): Transport {
    const { server, where } = this
    const fill = (texts: Record<string, string>) =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, filled(text, where.environment)]))
    if ('url' in server) return new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: fill(server.headers) } })
    const environment = { ...basics(where.environment), ...fill(server.env) }
    return new ProcessTransport([server.command, ...server.args], { cwd: server.cwd ?? where.stateFolder, environment })
  }
}

async function listed(client: Client): Promise<Map<string, Tool>> {
  const found = new Map<string, Tool>()
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const { tools, nextCursor } = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: connectMilliseconds })
    for (const tool of tools) found.set(tool.name, tool)
    if (nextCursor === undefined) break
    cursor = nextCursor
  }
  return found
}

/** What any program needs; keys and tokens of the worker are not among it. */
function basics({ PATH = '/usr/bin:/bin', HOME = homedir(), LANG, TMPDIR }: Surroundings['environment']): Record<string, string> {
  return { PATH, HOME, ...(LANG ? { LANG } : {}), ...(TMPDIR ? { TMPDIR } : {}) }
}
