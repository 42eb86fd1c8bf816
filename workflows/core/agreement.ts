import { type Needs, type Rung } from '../../contract/gates.ts'
import { type Json } from '../../contract/json.ts'
import { approvalDigest, type Asking, builtIn } from '../../contract/policy/approval.ts'
import { type Tool } from '../../contract/workspace.ts'
import { answerTo } from './answer.ts'
import { currentRun } from './run.ts'

/** A call that a person is asked about, and what preparing it showed. */
export interface Asked {
  tool: Tool
  argument: { [key: string]: Json }
  text: string
  asking: Asking
  prepared?: { show: Json; dollars?: number; digest: string } | undefined
}

/** What would be done may change so often while a person thinks about it. */
export const mostAgreements = 5
/** What the model reads then. */
export const everChanging = `What would be done was not the same any more, ${mostAgreements} times after somebody had agreed to it. Nothing was done.`

/** Asks whoever the rules name, one after the other; a yes is bound to this call of this run under these policies. */
export async function agreement({ tool, argument, text, asking, prepared }: Asked): Promise<{ approved: string } | { refused: string }> {
  const run = currentRun()
  const { rule, why } = asking
  const policy = run.preflight?.policy?.hash ?? builtIn
  const call = { run: run.id, policy, tool: tool.name, arguments: argument }
  const approves = approvalDigest({ ...call, ...(prepared ? { prepared: prepared.digest } : {}) })
  for (const { minutes, ...needs } of asking.asks) {
    const question = {
      kind: 'confirm' as const,
      name: 'agree',
      question: `May this be done: ${text}? The rule ${rule} asks${why === undefined ? '' : `, because ${why}`}.`,
      show: { tool: tool.name, arguments: argument, rule, policy, ...(prepared ? costing(prepared) : {}), approves },
      ...needsOf(needs),
      ...(minutes === undefined ? {} : { deadline: [expiry(minutes)] }),
    }
    const { yes, by, note } = await answerTo(question, `when asked about ${text}`, 'no reason given')
    if (!yes) return { refused: `${by} said no${note === undefined ? '' : `: ${note}`}. Nothing was done.` }
  }
  return { approved: approves }
}

/** What preparing it showed, and what it will cost. */
const costing = ({ show, dollars }: NonNullable<Asked['prepared']>) => ({ prepared: show, ...(dollars === undefined ? {} : { dollars }) })

function needsOf({ roles, quorum, notRequester, verified }: Asking['asks'][number]): { needs?: Needs } {
  const needs: Needs = {
    ...(roles ? { roles } : {}),
    ...(quorum ? { quorum } : {}),
    ...(notRequester ? { notRequester } : {}),
    ...(verified ? { verified } : {}),
  }
  return Object.keys(needs).length > 0 ? { needs } : {}
}

const expiry = (minutes: number): Rung => ({ minutes, then: { answer: 'no', note: `nobody agreed within ${minutes} minutes` } })
