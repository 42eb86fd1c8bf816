import { canonicalJson } from '../../contract/digest.ts'
import { isLike } from '../../contract/policy/glob.ts'
import { type Rule } from '../../contract/policy/policy.ts'

/** Whether every call that fits the second rule fits the first; a no may be too careful, a yes never is. */
export function covers(first: Rule, second: Rule): boolean {
  return (
    globsCover(first.tools, second.tools) &&
    globsCover(first.workflows, second.workflows) &&
    globsCover(first.roles, second.roles) &&
    globsCover(first.hosts, second.hosts, canonicalJson(first.from) === canonicalJson(second.from)) &&
    pathsCover(first, second) &&
    listCovers(first.classes, second.classes) &&
    listCovers(first.tags, second.tags) &&
    sameOrAny(first.place, second.place) &&
    sameOrAny(first.given, second.given) &&
    sameOrAny(first.argv, second.argv) &&
    sameOrAny(first.arguments, second.arguments)
  )
}

function globsCover(first: string[] | undefined, second: string[] | undefined, same = true): boolean {
  if (first === undefined) return true
  return same && second !== undefined && second.every((glob) => first.some((wider) => isLike(wider, glob)))
}

function pathsCover({ paths: first, from }: Rule, { paths: second, from: other }: Rule): boolean {
  if (first === undefined) return true
  if (second === undefined || canonicalJson(from) !== canonicalJson(other)) return false
  const below = (wider: string, glob: string) =>
    wider === '**' || wider === glob || (wider.endsWith('/**') && glob.startsWith(wider.slice(0, -2)))
  return second.every((glob) => first.some((wider) => below(wider, glob)))
}

function listCovers<T>(first: T[] | undefined, second: T[] | undefined): boolean {
  return first === undefined || (second !== undefined && second.every((item) => first.includes(item)))
}

function sameOrAny(first: unknown, second: unknown): boolean {
  return first === undefined || canonicalJson(first) === canonicalJson(second)
}
