import { z } from 'zod'
import { digest } from '../digest.ts'
import { isRef, type Json } from '../json.ts'
import { areLike, couldBegin, isLike, segments } from './glob.ts'
import { type PolicyCall } from './call.ts'
import { baseName } from './opaque.ts'
import { type Rule } from './policy.ts'
import { argvOf, hostsOf, pathsOf, type Reading } from './readings.ts'

/** Whether a call is one that a rule is about; `unreadable` and `later` as with readings. */
export type Fit = 'yes' | 'no' | 'unreadable' | 'later'

/** Whether a call fits a rule. What is allowed must fit whole; of what is asked for or denied one part is enough, and letters may be large or small. */
export function fits(rule: Rule, call: PolicyCall): Fit {
  if (!isAbout(rule, call)) return 'no'
  const strict = rule.then === 'allow'
  const found: Fit[] = []
  const { paths, hosts, argv, arguments: shape, from } = rule
  if (paths) found.push(fit(pathsOf(call, from), strict, (parts) => paths.some((glob) => pathFits(glob, parts, strict, call))))
  if (hosts) found.push(fit(hostsOf(call, from), strict, ([host = '']) => hosts.some((glob) => isLike(glob.toLowerCase(), host))))
  if (argv) found.push(fit(argvOf(call, from), strict, (words) => argv.some((patterns) => argvFits(patterns, words, strict))))
  if (shape) found.push(shapeFits(shape, call.arguments))
  for (const answer of ['no', 'unreadable', 'later'] as const) if (found.includes(answer)) return answer
  return 'yes'
}

function isAbout(rule: Rule, { tool, workflow, role, allowRun }: PolicyCall): boolean {
  const { tools, classes, tags, place, given, workflows, roles } = rule
  const any = (globs: string[] | undefined, text: string) => globs === undefined || globs.some((glob) => isLike(glob, text))
  return (
    any(tools, tool.name) &&
    any(workflows, workflow) &&
    any(roles, role) &&
    (classes === undefined || classes.includes(tool.class)) &&
    (tags === undefined || tags.some((tag) => tool.tags?.includes(tag))) &&
    (place === undefined || place === (tool.workspace && !tool.own ? 'workspace' : 'worker')) &&
    (given === undefined || allowRun)
  )
}

function fit(reading: Reading, strict: boolean, one: (value: string[]) => boolean): Fit {
  if (reading === 'none') return 'no'
  if (typeof reading === 'string') return reading
  const { values } = reading
  return (strict ? values.every((value) => one(value)) : values.some((value) => one(value))) ? 'yes' : 'no'
}

/** Tools whose paths are files; every other may go on below them. */
const ofFiles = ['read', 'edit', 'write', 'patch']

function pathFits(glob: string, parts: string[], strict: boolean, { tool, exact }: PolicyCall): boolean {
  if (strict) return areLike(segments(glob.normalize('NFC')), parts)
  const patterns = segments(glob.normalize('NFC').toLowerCase())
  const lower = parts.map((part) => part.toLowerCase())
  return exact || (tool.workspace !== undefined && !tool.own && ofFiles.includes(tool.name))
    ? areLike(patterns, lower)
    : couldBegin(patterns, lower)
}

/** A program in another folder is another program, unless it is to be denied. */
function argvFits(patterns: string[], [program = '', ...rest]: string[], strict: boolean): boolean {
  return areLike(patterns, [program, ...rest]) || (!strict && areLike(patterns, [baseName(program), ...rest]))
}

const shapes = new Map<string, z.ZodType>()

function shapeFits(schema: NonNullable<Rule['arguments']>, given: { [key: string]: Json }): Fit {
  if (hasRef(given)) return 'later'
  const key = digest(schema)
  const shape = shapes.get(key) ?? z.fromJSONSchema(schema)
  shapes.set(key, shape)
  return shape.safeParse(given).success ? 'yes' : 'no'
}

function hasRef(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isRef(value) || Object.values(value).some((member) => hasRef(member))
}
