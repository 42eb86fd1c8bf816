import { createHash } from 'node:crypto'
import { ProtocolError, ProtocolErrorCode, type Tool } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { messageOf } from '../effects/call.ts'
import { EffectRefused, type ServedTool, type ToolContext } from '../effects/tool.ts'
import { Connection, type Surroundings } from './connection.ts'
import { textOfResult } from './result.ts'
import { type McpServer } from './settings.ts'

type Allowed = McpServer['tools'][string]

/** The allowed tools of every MCP server of `mcp.json`, ready to be registered. */
export interface Mcp {
  tools: ServedTool[]
  /** In one sentence each: servers out of reach, tools that a server doesn't have, classes that it made stricter. */
  problems: string[]
  close(): Promise<void>
}

/** Asks every server once what its tools are. A server out of reach is a problem, not an error: calls try to reach it again. */
export async function openServers(mcpServers: Record<string, McpServer>, where: Surroundings): Promise<Mcp> {
  const problems: string[] = []
  const servers = Object.entries(mcpServers).map(([name, server]) => ({ name, server, connection: new Connection(server, where) }))
  const tools = await Promise.all(
    servers.map(async ({ name, server, connection }) => {
      const there = await connection.connected().catch((error: unknown) => {
        problems.push(`The MCP server ${name} is out of reach (${messageOf(error)}); new runs begin without its tools.`)
      })
      return Object.entries(server.tools).flatMap(([tool, allowed]): ServedTool[] => {
        const found = there?.tools.get(tool)
        if (there && !found) {
          const names = [...there.tools.keys()].join(', ')
          problems.push(`The MCP server ${name} has no tool ${tool}; it has ${names}.`)
          return []
        }
        return [served(name, tool, allowed, found, connection, problems)]
      })
    }),
  )
  const close = async () => {
    await Promise.all(servers.map(({ connection }) => connection.close().catch(() => {})))
  }
  return { tools: tools.flat(), problems, close }
}

function served(server: string, tool: string, allowed: Allowed, found: Tool | undefined, connection: Connection, problems: string[]) {
  const name = `${server}_${tool}`.replaceAll(/[^\w-]/g, '_').slice(0, 64)
  const stricter = found && contradicted(allowed, found)
  if (stricter) problems.push(`The tool ${name} is taken as 'once': ${stricter}.`)
  const known = found && fingerprint(found)
  const own: ServedTool = {
    name,
    description: (found?.description ?? found?.title ?? name).slice(0, 2_000),
    arguments: z.looseObject({}),
    ...(found ? { schema: found.inputSchema as unknown as { [key: string]: Json } } : { outOfReach: true as const }),
    class: stricter ? 'once' : allowed.class,
    minutes: allowed.minutes,
    ...(allowed.polling && !stricter ? { polling: true } : {}),
    perform: (args, context) => call(connection, server, tool, known, args, context, allowed.minutes),
  }
  return own
}

/** What a server says of its tool may only make it stricter: why it is, or undefined. */
function contradicted({ class: allowed }: Allowed, { annotations = {} }: Tool): string | undefined {
  const { readOnlyHint, destructiveHint, idempotentHint } = annotations
  if (allowed === 'read' && (readOnlyHint === false || destructiveHint === true))
    return 'mcp.json says it only reads, and its server says it does not'
  if (allowed === 'keyed' && idempotentHint === false) return 'mcp.json says it may be repeated, and its server says it may not'
  return undefined
}

async function call(
  connection: Connection,
  server: string,
  tool: string,
  known: string | undefined,
  args: Record<string, unknown>,
  { signal }: ToolContext,
  minutes: number,
): Promise<string> {
  const { client, tools } = await connection.connected().catch((error: unknown) => {
    throw new EffectRefused(`The MCP server ${server} is out of reach, so nothing was done: ${messageOf(error)}.`)
  })
  const found = tools.get(tool)
  if (!found) throw new EffectRefused(`The MCP server ${server} has no tool ${tool} any more; nothing was done.`)
  if (known !== undefined && fingerprint(found) !== known)
    throw new EffectRefused(
      `The MCP server ${server} has changed what ${tool} is since this worker started, so nothing was done. Whoever runs the worker must look at it, and start the worker again.`,
    )
  try {
    return textOfResult(await client.callTool({ name: tool, arguments: args }, { signal, timeout: minutes * 60_000 }))
  } catch (error) {
    if (error instanceof ProtocolError && refusals.includes(error.code)) throw new EffectRefused(error.message)
    throw error
  }
}

/** Errors that say that the call was not even begun. */
const refusals: number[] = [ProtocolErrorCode.InvalidParams, ProtocolErrorCode.MethodNotFound, ProtocolErrorCode.InvalidRequest]

function fingerprint({ description, inputSchema, annotations }: Tool): string {
  return createHash('sha256')
    .update(JSON.stringify([description, inputSchema, annotations]))
    .digest('hex')
}
