import { canonicalJson, utf8Bytes } from '../digest.ts'
import { isRef, type Json } from '../json.ts'
import { type PolicyCall, type Used } from './call.ts'
import { type Rule } from './policy.ts'
import { pathsOf } from './readings.ts'

/** What nothing has been done by yet. */
export const unused: Used = { calls: 0, bytes: 0, files: [], milliseconds: 0, microDollars: 0 }

/** Why a call may not be made by a rule any more, as a sentence; undefined while it may. `microDollars`: what the call costs, once that is known. */
export function overLimit(rule: Rule, call: PolicyCall, microDollars = 0): string | undefined {
  const { name, limits } = rule
  if (!limits) return undefined
  const after = countedUnder(rule, call, microDollars)
  if (after === undefined) return `the rule ${name} counts files, and which ones this call is about cannot be read`
  const before = call.used?.[name] ?? unused
  if (limits.calls !== undefined && after.calls > limits.calls) return over(name, limits.calls, 'calls')
  if (limits.bytes !== undefined && after.bytes > limits.bytes) return over(name, limits.bytes, 'bytes')
  if (limits.files !== undefined && after.files.length > limits.files) return over(name, limits.files, 'files')
  if (limits.minutes !== undefined && before.milliseconds >= limits.minutes * 60_000) return over(name, limits.minutes, 'minutes')
  const cap = limits.dollars === undefined ? Infinity : Math.floor(limits.dollars * 1e6)
  return after.microDollars > cap || before.microDollars >= cap ? over(name, limits.dollars ?? 0, 'dollars') : undefined
}

/** What will have been done by a rule after the call; undefined where its files are counted and can't be told. */
export function countedUnder({ name, limits, from }: Rule, call: PolicyCall, microDollars = 0): Used | undefined {
  const { calls, bytes, files, ...rest } = call.used?.[name] ?? unused
  const named = limits?.files === undefined ? [] : filesOf(call, from)
  if (!named) return undefined
  return {
    ...rest,
    calls: calls + 1,
    bytes: bytes + bytesOf(call.arguments),
    files: [...new Set([...files, ...named])],
    microDollars: rest.microDollars + microDollars,
  }
}

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
