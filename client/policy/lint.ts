import { askPerson } from '../../contract/ask-person.ts'
import { ticketTools } from '../../contract/office/tickets.ts'
import { declarations } from '../../contract/declarations.ts'
import { rulesOf } from '../../contract/policy/decide.ts'
import { isLike } from '../../contract/policy/glob.ts'
import { isOpaque } from '../../contract/policy/opaque.ts'
import { Policy, type Rule } from '../../contract/policy/policy.ts'
import { builtinTools } from '../../contract/tools.ts'
import { covers } from './covers.ts'

/** Something about a policy that its writer can hardly have meant. `error`: nothing would run under it. */
export interface Finding {
  level: 'error' | 'warning'
  /** The rule; absent where it is about the whole. */
  rule?: string
  problem: string
}

/** The names that a policy can mean. */
export interface Known {
  /** Of the worker's own tools, besides those that come with Loopwright. */
  tools?: string[]
  workflows?: string[]
}

const brought = [...Object.keys(builtinTools), askPerson.name, 'fetch', 'retrieve', 'skill', ...Object.values(ticketTools)]

/** Says what is wrong with a policy, or looks so. */
export function lint(given: unknown, { tools = [], workflows = [] }: Known = {}): Finding[] {
  const parsed = Policy.safeParse(given)
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => ({
      level: 'error',
      problem: `${path.map(String).join('.') || 'the whole'}: ${message}`,
    }))
  const all = rulesOf([parsed.data]).map(({ rule }) => rule)
  const knownTools = [...brought, ...tools]
  const knownWorkflows = [...Object.keys(declarations), ...workflows]
  return parsed.data.rules.flatMap((rule) => {
    const problems = [
      ...shadowed(rule, all),
      ...(rule.tools ?? [])
        .filter((glob) => !knownTools.some((name) => isLike(glob, name)))
        .map((glob) => `no known tool is called ${glob}; name those of your own with --tools`),
      ...(rule.workflows ?? [])
        .filter((glob) => !knownWorkflows.some((name) => isLike(glob, name)))
        .map((glob) => `no known workflow is called ${glob}`),
      ...(rule.then === 'allow' ? tooWide(rule) : tooStrict(rule)),
    ]
    return problems.map((problem): Finding => ({ level: 'warning', rule: rule.name, problem }))
  })
}

const strength = { allow: 0, ask: 1, deny: 2 } as const

/** Rules that say as much or more about every call of this one. */
function shadowed(rule: Rule, all: Rule[]): string[] {
  const stronger = all.find((other) => strength[other.then] > strength[rule.then] && covers(other, rule))
  if (stronger?.then === 'deny') return [`it never holds: ${stronger.name} denies every call of it`]
  if (stronger) return [`it never allows anything by itself: ${stronger.name} asks about every call of it`]
  const before = all.slice(0, all.indexOf(rule))
  const same = before.find(
    (other) => other.then === rule.then && !other.limits && !rule.limits && !other.ask && !rule.ask && covers(other, rule),
  )
  return same ? [`it says nothing more than ${same.name}`] : []
}

function tooWide(rule: Rule): string[] {
  const { tools, classes, tags, place, paths, hosts, argv, arguments: shape, limits } = rule
  const narrowed = paths ?? hosts ?? argv ?? shape
  if (!tools && !classes && !tags && !place && !narrowed) return ['it allows every tool']
  const opaque = (argv ?? []).filter((words) => isOpaque(words))
  return [
    ...(tools?.includes('*') && !narrowed ? ['it allows every tool'] : []),
    ...(tools?.some((glob) => isLike(glob, 'run')) && !argv ? ['it allows every command; name them with argv'] : []),
    ...opaque.map((words) => `it never allows ${words.join(' ')}: what that does cannot be told from its words`),
    ...((argv ?? []).some(([program = '']) => program === '*' || program === '**') ? ['it allows every program'] : []),
    ...(hosts?.includes('*') ? ['it allows every host'] : []),
    ...(paths?.includes('**') ? ['it allows every path'] : []),
    ...(tags?.includes('acts_outside') && !narrowed && !limits
      ? ['it allows everything that lets text out; name hosts, or set limits']
      : []),
  ]
}

function tooStrict({ tools, classes, place, paths, hosts, argv }: Rule): string[] {
  const named = paths ? 'paths' : hosts ? 'hosts' : argv ? 'argv' : undefined
  if (named === undefined || tools || classes || place) return []
  return [`it also holds for every tool whose ${named} cannot be read; name the tools that it is about`]
}
