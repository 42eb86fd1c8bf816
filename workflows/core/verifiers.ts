import { z } from 'zod'
import { digest } from '../../contract/digest.ts'
import { type Objection, type Verdict } from '../../contract/verdict.ts'
import { judge as checked } from './judge.ts'
import { parallel } from './parallel.ts'

/** Says whether a candidate is good, and if not, why. Values that combine: `all(schema(…), rules(…), judge(…))`. */
export type Verifier<T> = (candidate: T) => Promise<Verdict>

/** A verdict from what is wrong; nothing wrong is accepted. */
export function verdictOn(candidate: unknown, objections: Objection[], score?: number): Verdict {
  return {
    accepted: objections.length === 0,
    ...(score === undefined ? {} : { score }),
    objections,
    world: worldOf(candidate),
    evidence: [],
  }
}

/** What a candidate is, whatever its whitespace: moving words about is no progress. */
export function worldOf(candidate: unknown): string {
  return digest(typeof candidate === 'string' ? candidate.replaceAll(/\s+/g, ' ').trim() : (candidate ?? null))
}

/** Every problem of the schema is an objection, by its place. */
export function schema<T>(shape: z.ZodType): Verifier<T> {
  return async (candidate) => {
    const { success, error } = shape.safeParse(candidate)
    const issues = success ? [] : error.issues
    return verdictOn(
      candidate,
      issues.map(({ path, message }) => ({ id: path.join('.') || 'value', text: message })),
    )
  }
}

/** Rules in code, by name: each says what is wrong with a candidate, or nothing. */
export function rules<T>(each: Record<string, (candidate: T) => string | undefined>): Verifier<T> {
  return async (candidate) => {
    const found = Object.entries(each).map(([id, rule]) => ({ id, text: rule(candidate) }))
    return verdictOn(
      candidate,
      found.flatMap(({ id, text }) => (text === undefined ? [] : [{ id, text }])),
    )
  }
}

/** Asks one after the other; the first that rejects decides, so that the dear ones are asked last. The score is that of the last that gave one. */
export function all<T>(...verifiers: Verifier<T>[]): Verifier<T> {
  return async (candidate) => {
    let accepted = verdictOn(candidate, [])
    for (const verifier of verifiers) {
      const verdict = await checked(() => verifier(candidate))
      if (!verdict.accepted) return verdict
      accepted = { ...accepted, ...verdict, evidence: [...accepted.evidence, ...verdict.evidence] }
    }
    return accepted
  }
}

/** Asks one after the other until one accepts; otherwise everything that all of them object to. */
export function any<T>(...verifiers: Verifier<T>[]): Verifier<T> {
  return async (candidate) => {
    const verdicts: Verdict[] = []
    for (const verifier of verifiers) {
      const verdict = await checked(() => verifier(candidate))
      if (verdict.accepted) return verdict
      verdicts.push(verdict)
    }
    const failed = verdicts.length > 0 && verdicts.every((verdict) => verdict.failed)
    return { ...verdictOn(candidate, together(verdicts)), accepted: false, ...(failed ? { failed: true } : {}) }
  }
}

/** Who sits on a panel, by name, and what it takes. */
export interface Panel<T> {
  reviewers: Record<string, Verifier<T>>
  /** How many must accept (all of them). */
  quorum?: number
  /** Those whose rejection decides, whatever the others say: real tests outrank opinions. */
  veto?: string[]
}

/** Asks reviewers side by side. One that fails to answer is no approval; an objection is named for its reviewer. */
export function panel<T>({ reviewers, quorum, veto = [] }: Panel<T>): Verifier<T> {
  const names = Object.keys(reviewers)
  return async (candidate) => {
    const verdicts = await parallel(
      names.map((name) => () => checked(() => reviewers[name]!(candidate))),
      { name: 'panel' },
    )
    const needed = Math.min(quorum ?? names.length, names.length)
    const approvals = verdicts.filter(({ accepted }) => accepted).length
    const vetoed = names.some((name, index) => veto.includes(name) && !verdicts[index]!.accepted)
    const objections = verdicts.flatMap((verdict, index) =>
      verdict.objections.map(({ id, text }) => ({ id: `${names[index]}: ${id}`, text })),
    )
    const scores = verdicts.flatMap(({ score }) => (score === undefined ? [] : [score]))
    const score = scores.length > 0 ? scores.reduce((sum, one) => sum + one, 0) / scores.length : undefined
    const whole = verdictOn(candidate, vetoed || approvals < needed ? objections : [], score)
    const evidence = verdicts.flatMap((verdict) => verdict.evidence)
    if (!whole.accepted || objections.length === 0) return { ...whole, evidence }
    const note = `${approvals} of ${names.length} approved; objected: ${objections.map(({ id }) => id).join(', ')}.`
    return { ...whole, evidence, note }
  }
}

function together(verdicts: Verdict[]): Objection[] {
  const byId = new Map(verdicts.flatMap(({ objections }) => objections).map((objection) => [objection.id, objection]))
  return [...byId.values()]
}
