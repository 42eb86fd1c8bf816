import { canonicalJson, sha256 } from '../digest.ts'
import { isLike } from './glob.ts'
import { type PolicyCall } from './call.ts'
import { type Fit, fits } from './fits.ts'
import { type Policies, type Policy, type PolicyVerdict, type Rule } from './policy.ts'
import { overLimit } from './limits.ts'
import { standardRules } from './standard.ts'

/** What policies say about one call. */
export interface PolicyDecision {
  then: PolicyVerdict
  /** The rule that decided; `default` where none did. */
  rule: string
  why?: string
  /** Who must be asked; several rules may each ask somebody. */
  asks: NonNullable<Rule['ask']>[]
  /** Rules whose limits the call counts under. */
  counted: Rule[]
  /** Every rule that the call fits. */
  fitting: { rule: string; then: PolicyVerdict; fit: Fit }[]
}

/** A rule of one of the policies, with the name that decisions call it by. */
interface Named {
  rule: Rule
  /** Whether it can grant anything: those of the first policy do, and of the standard those that allow. What any other asks for must be allowed all the same. */
  grants: boolean
}

/** The SHA-256 of policies, which is also the name of the artifact that holds them. */
export const policyText = (policies: Policies): string => canonicalJson(policies)
export const policyHash = (policies: Policies): string => sha256(policyText(policies))

/**
 * Decides one call: deny > ask > allow > default, whatever the order of the rules. `whole`: the arguments hold no references, so that what can't be read now never can.
 * Without a rule, reading within the workspace is allowed and everything else denied.
 */
export function decide(policies: Policies, given: PolicyCall, { whole = false } = {}): PolicyDecision {
  const call = { ...given, tool: { ...given.tool, tags: tagsOf(policies, given.tool) } }
  const fitting = rulesOf(policies).flatMap((named) => {
    const found = fits(named.rule, call)
    const fit: Fit = whole && found === 'later' ? 'unreadable' : found
    return fit === 'no' ? [] : [{ ...named, fit }]
  })
  const applying = fitting.filter(({ rule, fit }) => holds(rule, fit))
  const says = (then: PolicyVerdict, may = (_grants: boolean) => true) =>
    applying.filter(({ rule, grants }) => rule.then === then && may(grants)).map(({ rule }) => rule)
  const shown = { asks: [], counted: [], fitting: fitting.map(({ rule, fit }) => ({ rule: rule.name, then: rule.then, fit })) }
  const [denied] = says('deny')
  if (denied) return { ...shown, then: 'deny', ...named(denied) }
  const asking = [...says('ask'), ...leaks(policies, call)]
  // A rule of a later policy that allows within limits says how much of it there may be, also of what it can't read.
  const capping = fitting.filter(({ rule, grants }) => !grants && rule.then === 'allow').map(({ rule }) => rule)
  const binding = [...asking, ...capping].filter(({ limits }) => limits)
  const [over] = binding.flatMap((rule) => overOf(rule, call))
  if (over) return { ...shown, ...over }
  const isGranted = says('ask', (grants) => grants).length > 0
  const without = isGranted
    ? { then: 'allow' as const, rule: '', counted: [] }
    : allowed(
        policies,
        call,
        says('allow', (grants) => grants),
      )
  const counted = [...binding, ...without.counted]
  if (without.then === 'deny' || !asking[0]) return { ...shown, ...without, counted }
  return { ...shown, then: 'ask', ...named(asking[0]), asks: differing(asking.map(({ ask = {} }) => ask)), counted }
}

type Said = Pick<PolicyDecision, 'then' | 'rule' | 'why' | 'counted'>

function overOf(rule: Rule, call: PolicyCall): Said[] {
  const why = overLimit(rule, call)
  return why === undefined ? [] : [{ then: 'deny', rule: rule.name, why, counted: [] }]
}

/** What holds without a question. */
function allowed([first]: Policies, call: PolicyCall, allows: Rule[]): Said {
  const within = allows.find(({ limits }) => limits === undefined) ?? allows.find((rule) => overLimit(rule, call) === undefined)
  if (within) return { then: 'allow', ...named(within), counted: within.limits ? [within] : [] }
  const [over] = allows.flatMap((rule) => overOf(rule, call))
  if (over) return over
  const { workspace, own, name, class: effectClass } = call.tool
  const inside = workspace !== undefined && !own
  if (inside && effectClass === 'read') return { then: 'allow', rule: 'default', counted: [] }
  const hint =
    inside && name === 'run' && first.standard.includes('allow-run') ? '; whoever starts the run can allow it with --allow-run' : ''
  return { then: 'deny', rule: 'default', why: `no rule allows it${hint}`, counted: [] }
}

/** Whether a fit counts: what can't be read never fits what allows; what can only be read later is looked at again then. */
function holds({ then }: Rule, fit: Fit): boolean {
  return fit === 'yes' || (then === 'allow' ? fit === 'later' : fit === 'unreadable')
}

const named = ({ name, why }: Rule) => ({ rule: name, ...(why === undefined ? {} : { why }) })

/** All rules, those of the policies after the first called `2:name` and so on. */
export function rulesOf(policies: Policies): Named[] {
  return policies.flatMap(({ standard, rules }, index) => {
    const first = index === 0
    const standing = standard.flatMap((name) => (name === 'untrusted-and-private' ? [] : [standardRules[name]]))
    return [
      ...standing.map((rule) => ({ rule, grants: first && rule.then === 'allow' })),
      ...rules.map((rule) => ({ rule, grants: first })),
    ].map(({ rule, grants }) => ({ rule: first ? rule : { ...rule, name: `${index + 1}:${rule.name}` }, grants }))
  })
}

/** Whether some call of a tool may be granted, whatever its arguments are. */
export function mayGrant(policies: Policies, tool: PolicyCall['tool']): boolean {
  const { name, class: effectClass } = tool
  const like = (globs: string[] | undefined) => globs === undefined || globs.some((glob) => isLike(glob, name))
  return rulesOf(policies).some(
    ({ grants, rule: { then, tools, classes, given, place } }) =>
      grants && then !== 'deny' && given === undefined && place !== 'worker' && like(tools) && (!classes || classes.includes(effectClass)),
  )
}

/** What a run that has read what strangers wrote and what is private may let out only when a person says so. */
function leaks(policies: Policies, { tool, seen = [] }: PolicyCall): Rule[] {
  const guarded = policies.some(({ standard }) => standard.includes('untrusted-and-private'))
  const mayLeak = tool.tags?.includes('acts_outside') && seen.includes('reads_untrusted') && seen.includes('reads_private')
  if (!guarded || !mayLeak) return []
  return [
    {
      name: 'untrusted-and-private',
      then: 'ask',
      why: 'the run has read what strangers may have written and what is private, and this can let it out',
    },
  ]
}

/** The tags of a tool: its own, those that policies give it, and that what is read in a workspace is private. */
export function tagsOf(
  policies: Policy[],
  { name, tags = [], class: effectClass, workspace, own }: PolicyCall['tool'],
): NonNullable<PolicyCall['tool']['tags']> {
  const given = policies.flatMap((policy) => Object.entries(policy.tags).flatMap(([glob, more]) => (isLike(glob, name) ? more : [])))
  const private_ = workspace !== undefined && !own && effectClass === 'read' ? (['reads_private'] as const) : []
  return [...new Set([...tags, ...given, ...private_])].sort()
}

/** Those who must be asked; a question to anybody is answered with any other. */
function differing(asks: PolicyDecision['asks']): PolicyDecision['asks'] {
  const byText = new Map(asks.map((ask) => [canonicalJson(ask), ask]))
  if (byText.size > 1) byText.delete('{}')
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ask]) => ask)
}
