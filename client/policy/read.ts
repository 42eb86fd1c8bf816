import { readFile } from 'node:fs/promises'
import { utf8Bytes } from '../../contract/digest.ts'
import { policyText } from '../../contract/policy/decide.ts'
import { jsonPlace } from '../../contract/policy/json-place.ts'
import { mostPolicyBytes, type Policies, Policy } from '../../contract/policy/policy.ts'
import { builtInPolicy } from '../../contract/policy/standard.ts'
import { checked } from '../input.ts'
import { ClientProblem } from '../problem.ts'

/** Reads policy files; the first says what is allowed, the others only tighten. Without any, the built-in policy. */
export async function readPolicyFiles(files: string[]): Promise<Policies> {
  const [first, ...more] = await Promise.all(files.map(async (file) => policyFrom(await readPolicyJson(file), file)))
  return first ? carriable([first, ...more]) : builtInPolicy
}

/** Refuses, before anything runs, what no run could carry. */
function carriable(policies: Policies): Policies {
  const bytes = utf8Bytes(policyText(policies))
  if (bytes <= mostPolicyBytes) return policies
  throw new ClientProblem(
    'InvalidInput',
    `the policies have ${bytes} bytes together, and ${mostPolicyBytes} fit`,
    'say it with fewer rules; globs stand for many names',
  )
}

/** A policy as its schema wants it. */
export function policyFrom(given: unknown, which: string): Policy {
  const policy = checked(Policy, given, `the policy ${which}`, 'loopwright policy lint FILE')
  carriable([policy])
  return policy
}

/** What stands in a policy file, not checked yet. */
export async function readPolicyJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ClientProblem('InvalidInput', `the policy file ${file} cannot be read`, 'check its path', cause)
  })
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new ClientProblem(
      'InvalidInput',
      `the policy file ${file} is not JSON: look at ${jsonPlace(text, cause)}`,
      'mend it; docs/policy.md has examples',
      cause,
    )
  }
}
