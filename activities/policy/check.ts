import { asyncLocalStorage } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { type Json } from '../../contract/json.ts'
import { approvalDigest, type Asking, builtIn, type Decided, denied } from '../../contract/policy/approval.ts'
import { type PolicyCall, roleOf } from '../../contract/policy/call.ts'
import { decide, policyHash, type PolicyDecision, policyText, rulesOf } from '../../contract/policy/decide.ts'
import { type Policies, Policy } from '../../contract/policy/policy.ts'
import { builtInPolicy } from '../../contract/policy/standard.ts'
import { type World } from '../world.ts'
import { policyOf, readPolicies, sized } from './read.ts'

/** A call as it is about to be made: its arguments whole, and how the workflow decided it. */
export interface CheckedCall extends Partial<Decided> {
  tool: PolicyCall['tool']
  arguments: { [key: string]: Json }
  run: string
  stage: string
  allowRun?: boolean | undefined
  /** Its path is a file that was changed. */
  exact?: boolean
}

/** What whoever acts finds: it may be done, a person must be asked, or it is denied with what the model shall read. */
export type Checked = { may: true } | { asks: Asking } | { denied: string }

const strength = { allow: 0, ask: 1, deny: 2 } as const

/**
 * Decides a call again, just before it is made: by the policies that the run began under, and by those that hold on this worker now, of which the stricter counts. So
 * what the workflow decided can neither be left out nor be more than this worker's owner allows.
 */
export async function check(world: World, given: CheckedCall, only = (policies: Policies) => policies): Promise<Checked> {
  const { policy, stage, allowRun = false, exact = false, tool } = given
  const workflow = asyncLocalStorage.getStore()?.info.workflowType ?? ''
  const call: PolicyCall = { tool, arguments: given.arguments, workflow, role: roleOf(stage), allowRun, exact }
  let strictest: PolicyDecision | undefined
  let by = builtIn
  for (const policies of await holding(world, policy)) {
    const decision = decide(only(policies), call, { whole: true })
    if (strictest && strength[decision.then] <= strength[strictest.then]) continue
    strictest = decision
    by = policies === builtInPolicy ? builtIn : policyHash(policies)
  }
  if (!strictest) return { denied: denied('default', 'no policy holds', by) }
  const { then, rule, why, asks } = strictest
  if (then === 'deny') return { denied: denied(rule, why, by) }
  if (then === 'allow' || given.approved !== undefined) return { may: true }
  return { asks: { rule, asks, ...(why === undefined ? {} : { why }) } }
}

/** How the workflow decided, of a call that says more. */
export function decidedOf({ rule, policy, approved }: Partial<Decided>): Partial<Decided> {
  return {
    ...(rule === undefined ? {} : { rule }),
    ...(policy === undefined ? {} : { policy }),
    ...(approved === undefined ? {} : { approved }),
  }
}

/** Whether what a person agreed to is this very call. */
export function isAgreed({ run, policy = builtIn, tool, arguments: given, approved }: CheckedCall, prepared?: Json): boolean {
  return (
    approved === undefined ||
    approved === approvalDigest({ run, policy, tool: tool.name, arguments: given, ...(prepared === undefined ? {} : { prepared }) })
  )
}

/** Whether any rule is about files, so that what a step changed must be looked at. */
export async function protectsFiles(world: World, pinned: string | undefined): Promise<boolean> {
  return (await holding(world, pinned)).some((policies) => rulesOf(policies).some(({ rule }) => rule.then !== 'allow' && rule.paths))
}

async function holding(world: World, pinned: string | undefined): Promise<Policies[]> {
  const now = await readPolicies(world.environment)
  if (pinned === undefined) return now === builtInPolicy ? [now] : [builtInPolicy, now]
  if (policyHash(now) === pinned) return [now]
  // Where nobody has written a policy on this worker, the pinned one says more than the built-in one.
  return now === builtInPolicy ? [await pinnedPolicies(world, pinned)] : [await pinnedPolicies(world, pinned), now]
}

const known = new Map<string, Policies>()

async function pinnedPolicies({ store }: World, hash: string): Promise<Policies> {
  const read = known.get(hash)
  if (read) return read
  const [first, ...more] = Policy.array().parse(JSON.parse(await store.text(hash)))
  if (!first) throw ApplicationFailure.create({ type: 'PolicyRefused', message: `The policies ${hash} are empty; nothing was done.` })
  const policies: Policies = [first, ...more]
  known.set(hash, policies)
  return policies
}

/** The policies of a run that begins: those of this worker, with the one that its starter adds; kept where every worker finds them. */
export async function pinned(world: World, added: Json | undefined) {
  const here = await readPolicies(world.environment)
  if (added === undefined && here === builtInPolicy) return {}
  const policies: Policies = added === undefined ? here : [...here, policyOf(added, 'The policy that the run was started with')]
  const { sha256: hash } = await world.store.put(policyText(sized(policies)))
  return { policy: { hash, policies } }
}
