import { createHash } from 'node:crypto'
import { ApplicationFailure } from '@temporalio/common'
import { type Json } from '../../contract/json.ts'
import { type World } from '../world.ts'
import { secret } from '../secrets/named.ts'
import { EffectRefused, type OwnTool, type ToolContext } from './tool.ts'

/** The tool of a call. Another worker may have it, so that its absence is tried again. */
export function toolOf(own: Map<string, OwnTool>, { tool, run, stage }: { tool: string; run: string; stage: string }): OwnTool {
  const found = own.get(tool)
  if (found) return found
  throw ApplicationFailure.create({
    type: 'UnknownTool',
    message: `This worker has no tool ${JSON.stringify(tool)}; nothing was done.`,
    details: [{ run, stage, effect: 'no', next: 'Start every worker of the queue with the same tools.' }],
  })
}

/** What a tool is told besides its arguments. */
export function contextOf(
  { environment }: World,
  { name: tool, secrets = [] }: OwnTool,
  { run, stage, effect }: { run: string; stage: string; effect: string },
  signal: AbortSignal,
): ToolContext {
  const named = (name: string) => {
    if (!secrets.includes(name)) throw new EffectRefused(`${tool} may not use the secret ${name}: its list of secrets does not name it.`)
    return secret(name, environment)
  }
  return { effect, key: createHash('sha256').update(effect).digest('hex'), signal, run, stage, secret: named, environment }
}

/** What a tool returned, as the model reads it. */
export function textOf(returned: string | Json | undefined): string {
  return typeof returned === 'string' ? returned : (JSON.stringify(returned) ?? 'Done.')
}

/** What an error says of itself. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
