import { readFile } from 'node:fs/promises'
import { delimiter } from 'node:path'
import { z } from 'zod'
import { utf8Bytes } from '../../contract/digest.ts'
import { policyText } from '../../contract/policy/decide.ts'
import { jsonPlace } from '../../contract/policy/json-place.ts'
import { mostPolicyBytes, type Policies, Policy } from '../../contract/policy/policy.ts'
import { builtInPolicy } from '../../contract/policy/standard.ts'
import { failure } from '../failure.ts'

const parsed = new Map<string, Policy>()

/** The files of LOOPWRIGHT_POLICY, separated as in PATH. */
export function policyFiles(environment: Record<string, string | undefined>): string[] {
  return (environment['LOOPWRIGHT_POLICY'] ?? '').split(delimiter).filter((file) => file.trim() !== '')
}

/** The policies that hold on this worker now; the built-in one where none is named. Fails with `PolicyRefused`. */
export async function readPolicies(environment: Record<string, string | undefined>): Promise<Policies> {
  const [first, ...more] = await Promise.all(policyFiles(environment).map((file) => readPolicy(file)))
  return first ? sized([first, ...more]) : builtInPolicy
}

/** Reads one policy file; fails with `PolicyRefused`. */
export async function readPolicy(file: string): Promise<Policy> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no reason given'
    throw refused(`The policy file ${file} cannot be read (${code})`)
  })
  const known = parsed.get(text)
  if (known) return known
  const policy = policyOf(json(file, text), `The policy file ${file}`)
  parsed.set(text, policy)
  return policy
}

/** A policy as its schema wants it; fails with `PolicyRefused` and every problem. */
export function policyOf(given: unknown, what: string): Policy {
  const result = Policy.safeParse(given)
  if (result.success) return result.data
  throw refused(`${what} cannot be used: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`)
}

/** Refuses policies that are too large to be carried. */
export function sized(policies: Policies): Policies {
  const bytes = utf8Bytes(policyText(policies))
  if (bytes > mostPolicyBytes) throw refused(`The policies have ${bytes} bytes together; ${mostPolicyBytes} fit`)
  return policies
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refused(`The policy file ${file} is not JSON: look at ${jsonPlace(text, error)}`)
  }
}

function refused(message: string) {
  const next = 'Correct the policy; `loopwright policy lint FILE` says what is wrong, and docs/policy.md what may stand in it.'
  return failure('PolicyRefused', `${message}; nothing was done.`, { effect: 'no', next })
}
