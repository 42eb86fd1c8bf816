import { type Gate } from '../../contract/messages.ts'
import { type Session } from '../session.ts'
import { UsageProblem } from '../usage.ts'

const shortest = 6

/**
 * Completes a typed decision: the digest may be a prefix, and the gate may be left out when the digest names it.
 * Without a digest nothing is decided: an answer holds for what was shown, and only its reader knows what that was.
 */
export async function chooseGate({ loopwright }: Session, run: string, typed: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { gate, digest } = typed
  if (typeof gate === 'string' && typeof digest === 'string' && digest.length === 64) return typed
  const open = await loopwright.gates(run)
  if (open.length === 0) return { refused: await nothingAsked(loopwright, run) }
  if (typeof digest !== 'string' || digest.length < shortest) {
    throw new UsageProblem('say what you decide on with --digest, at least six characters of it', `loopwright gates ${run}`)
  }
  const meant = open.filter((candidate) => candidate.digest.startsWith(digest) && (gate === undefined || candidate.gate === gate))
  const [only] = meant
  if (!only || meant.length > 1) return { refused: `no open question of the run has the digest ${digest}${now(open)}` }
  return { ...typed, gate: only.gate, digest: only.digest }
}

function now(open: Gate[]): string {
  return `; it asks now: ${open.map(({ question, digest }) => `${question} (${digest.slice(0, 12)})`).join(', ')}`
}

async function nothingAsked(loopwright: Session['loopwright'], run: string): Promise<string> {
  const { endedAt, why } = await loopwright.show(run)
  return endedAt === undefined ? 'the run asks nothing now' : `the run has ended: ${why}`
}
