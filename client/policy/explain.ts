import { type Json } from '../../contract/json.ts'
import { type PolicyCall } from '../../contract/policy/call.ts'
import { decide, policyHash, type PolicyDecision } from '../../contract/policy/decide.ts'
import { type Policies } from '../../contract/policy/policy.ts'
import { builtinTools, isBuiltinTool } from '../../contract/tools.ts'
import { type EffectClass, type ToolTag } from '../../contract/workspace.ts'

/** A call that might be made. */
export interface Question {
  tool: string
  arguments?: { [key: string]: Json }
  /** Of a tool that is not one of a workspace's own: what it does to the world (`once`), and its tags. */
  class?: EffectClass
  tags?: ToolTag[]
  workflow?: string
  role?: string
  allowRun?: boolean
  /** What the run has read before. */
  seen?: ToolTag[]
}

/** What policies would say about a call: the rule, and every other that the call fits. */
export type Explained = Omit<PolicyDecision, 'counted'> & { policy: string; limits: { rule: string; limits: object }[] }

/** Decides a call that nobody makes. */
export function explain(policies: Policies, question: Question): Explained {
  const { counted, ...decision } = decide(policies, callOf(question), { whole: true })
  return { ...decision, policy: policyHash(policies), limits: counted.map(({ name, limits = {} }) => ({ rule: name, limits })) }
}

/** The call as policies see it. */
export function callOf({
  tool,
  arguments: given = {},
  workflow = 'testAndFix',
  role = 'fix',
  allowRun = false,
  ...more
}: Question): PolicyCall {
  const builtin = isBuiltinTool(tool)
  return {
    tool: builtin
      ? { name: tool, class: builtinTools[tool].class, workspace: 'workspace' }
      : { name: tool, class: more.class ?? 'once', own: true, ...(more.tags ? { tags: more.tags } : {}) },
    arguments: given,
    ...{ workflow, role, allowRun, seen: more.seen ?? [] },
  }
}
