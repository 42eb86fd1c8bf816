import { z } from 'zod'
import { canonicalJson, utf8Bytes } from '../digest.ts'
import { isRef, type Json } from '../json.ts'
import { type PolicyCall, type Used, UsedShape } from './call.ts'
import { type Rule, RuleLimits } from './policy.ts'
import { pathsOf } from './readings.ts'

/** What nothing has been done by yet. */
export const unused: Used = { calls: 0, bytes: 0, files: [], milliseconds: 0, microDollars: 0 }

/** What is to be counted under a rule, and what it may come to. */
export const Adding = z.strictObject({ rule: z.string(), limits: RuleLimits, adds: UsedShape })
export type Adding = z.infer<typeof Adding>

/** Why a call may not be made by a rule any more, as a sentence; undefined while it may. `microDollars`: what the call costs, once that is known. */
export function overLimit(rule: Rule, call: PolicyCall, microDollars = 0): string | undefined {
  const { name, limits } = rule
  if (!limits) return undefined
  const adds = addedBy(rule, call, microDollars)
  if (adds === undefined) return uncountable(name)
  return exceeded({ rule: name, limits, adds }, call.used?.[name])
}

/** Why so much more may not be done by a rule, after what was done before. */
export function exceeded({ rule, limits, adds }: Adding, before: Used = unused): string | undefined {
  const after = sum(before, adds)
  if (limits.calls !== undefined && after.calls > limits.calls) return over(rule, limits.calls, 'calls')
  if (limits.bytes !== undefined && after.bytes > limits.bytes) return over(rule, limits.bytes, 'bytes')
  if (limits.files !== undefined && after.files.length > limits.files) return over(rule, limits.files, 'files')
  if (limits.minutes !== undefined && before.milliseconds >= limits.minutes * 60_000) return over(rule, limits.minutes, 'minutes')
  const cap = limits.dollars === undefined ? Infinity : Math.floor(limits.dollars * 1e6)
  return after.microDollars > cap || before.microDollars >= cap ? over(rule, limits.dollars ?? 0, 'dollars') : undefined
}

/** What a call adds to what was done by a rule; undefined where its files are counted and can't be told. */
export function addedBy({ limits, from }: Rule, call: PolicyCall, microDollars = 0): Used | undefined {
  const files = limits?.files === undefined ? [] : filesOf(call, from)
  return files && { calls: 1, bytes: bytesOf(call.arguments), files, milliseconds: 0, microDollars }
}

/** Both together; a file counts once. */
export function sum(before: Used, adds: Used): Used {
  return {
    calls: before.calls + adds.calls,
    bytes: before.bytes + adds.bytes,
    files: [...new Set([...before.files, ...adds.files])],
    milliseconds: before.milliseconds + adds.milliseconds,
    microDollars: before.microDollars + adds.microDollars,
  }
}

/** Why a call that a rule counts by its files can't be made. */
export const uncountable = (rule: string) => `the rule ${rule} counts files, and which ones this call is about cannot be read`

function filesOf(call: PolicyCall, from: Rule['from']): string[] | undefined {
  const read = pathsOf(call, from)
  if (read === 'none') return []
  return typeof read === 'object' ? read.values.map((parts) => parts.join('/')) : undefined
}

/** References count as the texts that they stand for. */
function bytesOf(value: Json): number {
  let held = 0
  const plain = JSON.parse(JSON.stringify(value), (_key, member: Json) => {
    if (!isRef(member)) return member
    held += member.bytes
    return ''
  }) as Json
  return held + utf8Bytes(canonicalJson(plain))
}

const over = (name: string, limit: number, what: string) => `the run has used up the ${limit} ${what} of the rule ${name}`
