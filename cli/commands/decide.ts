import { grantFor } from '../../client/index.ts'
import { type Json } from '../../contract/json.ts'
import { type Gate } from '../../contract/messages.ts'
import { type Session } from '../session.ts'
import { UsageProblem } from '../usage.ts'

const shortest = 6

/** Who is said to decide, by the flags --as and --roles. */
export interface As {
  as?: string
  roles?: string
}

/**
 * Completes a typed decision: the digest may be a prefix, and the gate may be left out when the digest names it.
 * Without a digest nothing is decided: an answer holds for what was shown, and only its reader knows what that was.
 */
export async function chooseGate(
  { loopwright }: Session,
  run: string,
  typed: Record<string, unknown>,
  as: As,
): Promise<Record<string, unknown>> {
  const { gate, digest } = typed
  const open = await loopwright.gates(run)
  const whole = typeof gate === 'string' && typeof digest === 'string' && digest.length === 64
  if (open.length === 0) return whole ? typed : { refused: await nothingAsked(loopwright, run) }
  if (typeof digest !== 'string' || digest.length < shortest) {
    throw new UsageProblem('say what you decide on with --digest, at least six characters of it', `loopwright gates ${run}`)
  }
  const meant = open.filter((candidate) => candidate.digest.startsWith(digest) && (gate === undefined || candidate.gate === gate))
  const [only] = meant
  if (!only || meant.length > 1) return whole ? typed : { refused: `no open question of the run has the digest ${digest}${now(open)}` }
  const value = typeof typed['value'] === 'string' ? { value: valueOf(only, typed['value']) } : {}
  return vouched(run, { ...typed, ...value, gate: only.gate, digest: only.digest }, as)
}

/** A form and a list are typed as JSON, everything else as it is. */
export function valueOf({ kind, many }: Gate, typed: string): Json {
  if (!(kind === 'form' || many)) return typed
  try {
    return JSON.parse(typed) as Json
  } catch {
    throw new UsageProblem('the value of this gate is typed as JSON', `--value '${many ? '["…"]' : '{"…": …}'}'`)
  }
}

function vouched(run: string, decision: Record<string, unknown>, { as, roles = '' }: As): Record<string, unknown> {
  if (as === undefined) return decision
  const { gate, digest, answer, value } = decision
  const granted = {
    run,
    gate: String(gate),
    digest: String(digest),
    answer: String(answer),
    ...(value === undefined ? {} : { value: value as Json }),
  }
  const names = roles.split(',').map((role) => role.trim())
  return { ...decision, grant: grantFor(process.env, { by: as, roles: names.filter((role) => role !== '') }, granted) }
}

function now(open: Gate[]): string {
  return `; it asks now: ${open.map(({ question, digest }) => `${question} (${digest.slice(0, 12)})`).join(', ')}`
}

async function nothingAsked(loopwright: Session['loopwright'], run: string): Promise<string> {
  const { endedAt, why } = await loopwright.show(run)
  return endedAt === undefined ? 'the run asks nothing now' : `the run has ended: ${why}`
}
