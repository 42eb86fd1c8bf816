import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { secret, secretOr } from '../secrets/named.ts'

const word = z.string().regex(/^[A-Za-z][\w-]{0,31}$/, 'up to 32 letters, digits, _ and -, beginning with a letter')

/** What a tool of a server may do to the world, as whoever runs the worker says; what the server says of itself can only make it stricter. */
const Allowed = z
  .strictObject({
    class: z
      .enum(['read', 'keyed', 'once'])
      .default('once')
      .describe(
        "What it does to the world: 'read' nothing; 'keyed' the same call twice is as good as once; 'once' neither, so in doubt a person is asked.",
      ),
    minutes: z.number().positive().max(60).default(1).describe('Minutes one call may take.'),
    polling: z
      .boolean()
      .optional()
      .describe('It waits for something, and may say the same many times without that counting as going round in circles. Default: false.'),
  })
  .refine((tool) => !tool.polling || tool.class === 'read', { path: ['polling'], error: 'only a tool that reads may poll' })

const shared = {
  tools: z
    .record(z.string().min(1), Allowed.prefault({}))
    .refine((tools) => Object.keys(tools).length > 0, 'name at least one tool: only those named here are allowed')
    .describe('The tools of the server that may be used, by its own names; all others do not exist.'),
}

/** One MCP server: a program that is started, or an address. In `env` and `headers` `${NAME}` stands for a variable of the worker, `secret:NAME` or `${secret:NAME}` for a secret. */
export const McpServer = z.union([
  z.strictObject({
    command: z.string().min(1).describe('The program; it speaks MCP over its standard input and output.'),
    args: z.array(z.string()).default([]).describe('Its arguments.'),
    env: z.record(z.string(), z.string()).default({}).describe('Its variables, besides PATH, HOME, LANG and TMPDIR. Default: none.'),
    cwd: z.string().optional().describe('Where it runs. Default: the state folder.'),
    ...shared,
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('The address of a server that speaks MCP over HTTP.'),
    headers: z.record(z.string(), z.string()).default({}).describe('Headers of every request, for example authorization. Default: none.'),
    ...shared,
  }),
])
export type McpServer = z.output<typeof McpServer>

/** The file `mcp.json`. */
export const McpSettings = z.strictObject({
  mcpServers: z.record(word, McpServer).default({}).describe('By name: the tool `read` of the server `files` is called files_read.'),
})
export type McpSettings = z.output<typeof McpSettings>

interface Where {
  stateFolder: string
  environment: Record<string, string | undefined>
}

/** The path of the settings: what LOOPWRIGHT_MCP names, else `mcp.json` in the state folder. */
export function mcpPath({ stateFolder, environment }: Where): string {
  return resolve(environment['LOOPWRIGHT_MCP']?.trim() || join(stateFolder, 'mcp.json'))
}

/** Reads the settings; no file is an empty one, unless it was named. Throws with the file, the place and what to do. */
export function readMcpSettings(where: Where): McpSettings {
  const path = mcpPath(where)
  const named = Boolean(where.environment['LOOPWRIGHT_MCP']?.trim())
  const parsed = McpSettings.safeParse(parse(path, named))
  if (parsed.success) return parsed.data
  throw unusable(path, z.prettifyError(parsed.error))
}

function parse(path: string, named: boolean): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT' && !named) return {}
    throw unusable(path, `it can't be read (${code})`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(path, `it is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

function unusable(path: string, why: string): Error {
  return new Error(`The MCP settings ${path} can't be used: ${why}\nMend or remove the file; docs/tools.md shows one.`)
}

/** A text with `${NAME}` replaced by the worker's variable, or the secret that it names; throws where that is not set. */
export function filled(text: string, environment: Where['environment']): string {
  const whole = secretOr(text, environment)
  if (whole !== text) return whole
  return text.replaceAll(/\$\{(secret:)?([\w.-]+)\}/g, (_, isSecret: string | undefined, name: string) => {
    if (isSecret) return secret(name, environment)
    const value = environment[name]
    if (value === undefined) throw new Error(`the variable ${name} is not set`)
    return value
  })
}
