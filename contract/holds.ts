import { z } from 'zod'

/** What a hold is about: at most one of these; none of them means everything the run would do. */
export const Selector = z.strictObject({
  model: z.string().min(1).max(200).optional().describe('Holds calls of this model; `provider/*` is all of a provider.'),
  tool: z.string().min(1).max(200).optional().describe('Holds calls of this tool.'),
  workflow: z.string().min(1).max(200).optional().describe('Holds runs of this workflow.'),
  tenant: z.string().min(1).max(200).optional().describe('Holds runs of this tenant.'),
})
export type Selector = z.output<typeof Selector>

/** What is held, by whom, why, and since when (milliseconds since the epoch). */
export interface Hold extends Selector {
  by: string
  reason?: string
  since: number
}

/** A switch that was thrown: `on` holds, otherwise it lets go. */
export type Switched = Selector & { on: boolean; by?: string | undefined; reason?: string | undefined }

/**
 * The execution whose signals are the standing switches. Nothing ever runs it: no worker looks at its queue, so that a switch can be thrown while no worker is there,
 * and what was thrown, when and by whom stands in its history.
 */
export const switchboard = { workflowId: 'loopwright-holds', workflowType: 'holds', taskQueue: 'loopwright-holds', signal: 'hold' } as const

const kinds = ['model', 'tool', 'workflow', 'tenant'] as const

/** Names what a hold is about: two holds of the same are one. */
export function holdKey(selector: Selector): string {
  const kind = kinds.find((name) => selector[name] !== undefined)
  return kind ? `${kind} ${selector[kind]}` : 'the run'
}

/** The selector alone. */
export function selectorOf({ model, tool, workflow, tenant }: Selector): Selector {
  return {
    ...(model === undefined ? {} : { model }),
    ...(tool === undefined ? {} : { tool }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** The hold that throwing a switch makes. */
export function holdOf({ by = 'unverified', reason, ...selector }: Switched, since: number): Hold {
  return { ...selectorOf(selector), by, ...(reason === undefined ? {} : { reason }), since }
}

/** What is held after some switches, in the order in which they were thrown. */
export function heldAfter(switches: { thrown: Switched; at: number }[]): Hold[] {
  const held = new Map<string, Hold>()
  for (const { thrown, at } of switches) {
    if (thrown.on) held.set(holdKey(thrown), holdOf(thrown, at))
    else held.delete(holdKey(thrown))
  }
  return [...held.values()]
}

/** What a step of a run would use. */
export interface Uses {
  model?: string
  tool?: string
}

/** Whether a hold that is about this run holds a step that would use this. */
export function holds({ model, tool }: Selector, uses: Uses): boolean {
  if (tool !== undefined) return uses.tool === tool
  if (model === undefined) return true
  const asked = uses.model ?? ''
  return asked === model || asked.startsWith(`${model}:`) || (model.endsWith('/*') && asked.startsWith(model.slice(0, -1)))
}

/** Whether a hold can be about a run: those of workflows and tenants are about theirs, the others about any that would use it. */
export function concerns({ workflow, tenant }: Selector, run: { workflow: string; tenant?: string | undefined }): boolean {
  return (workflow === undefined || workflow === run.workflow) && (tenant === undefined || tenant === run.tenant)
}

/** A hold in words: "model openai/gpt-5, by ada: too expensive". */
export function heldText(hold: Hold): string {
  return `${holdKey(hold)}, by ${hold.by}${hold.reason === undefined ? '' : `: ${hold.reason}`}`
}
