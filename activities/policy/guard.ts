import { join, relative, sep } from 'node:path'
import { realpath } from 'node:fs/promises'
import { type Asking } from '../../contract/policy/approval.ts'
import { type Policies } from '../../contract/policy/policy.ts'
import { pathParts } from '../../contract/policy/readings.ts'
import { type EffectClass, type WorkspaceAt } from '../../contract/workspace.ts'
import { type Json } from '../../contract/json.ts'
import { type PlacedCall, ToolRefused } from '../tools/tool.ts'
import { changedFiles } from '../workspace/history.ts'
import { realPlace } from '../workspace/inside.ts'
import { type World } from '../world.ts'
import { check, type CheckedCall, decidedOf, isAgreed, protectsFiles } from './check.ts'

/** Nothing was done: a person must be asked first, or what was agreed to is not what would be done any more. */
export class Unagreed extends Error {
  override readonly name = 'Unagreed'
  readonly found: { asks: Asking } | { changed: true }
  constructor(found: { asks: Asking } | { changed: true }) {
    super(
      'changed' in found
        ? 'It changed since somebody agreed to it; nothing was done.'
        : 'Somebody must agree to it first; nothing was done.',
    )
    this.found = found
  }
}

/** What is looked at around the work of a tool of a workspace. */
export interface Guard {
  /** In the checkout, where links can be followed. */
  before(folder: string): Promise<void>
  /** What the work changed, whatever it was told to do. */
  after(commit: string, tree: string): Promise<void>
}

/** Decides a call of one of a workspace's own tools again before it is made; throws `ToolRefused` where it is denied and `Unagreed` where a person must be asked. */
export async function guard(world: World, call: PlacedCall, json: Json, effectClass: EffectClass, workspace: WorkspaceAt): Promise<Guard> {
  const { tool, run, stage, allowRun } = call
  const given = json as CheckedCall['arguments']
  const whole: CheckedCall = {
    ...decidedOf(call),
    tool: { name: tool, class: effectClass, workspace: workspace.key },
    arguments: given,
    run,
    stage,
    allowRun,
  }
  await insist(world, whole, call)
  // What a tool makes of files is agreed to as it comes out.
  if (effectClass !== 'content' && !isAgreed(whole)) throw new Unagreed({ changed: true })
  return {
    before: async (folder) => {
      const { path } = given
      if (typeof path !== 'string') return
      const root = await realpath(folder)
      const real = relative(root, await realPlace(join(root, path)).catch(() => join(root, path)))
      if (real.split(sep).join('/') === pathParts(path)?.join('/')) return
      await insist(world, { ...whole, arguments: { ...given, path: real.split(sep).join('/') || '.' } }, call)
    },
    after: async (commit, tree) => {
      if (effectClass === 'content' && !isAgreed(whole, tree)) throw new Unagreed({ changed: true })
      if (commit === workspace.commit || !(await protectsFiles(world, whole.policy))) return
      for (const { path } of await changedFiles(world, { ...workspace, base: workspace.commit, commit }))
        await insist(world, { ...whole, arguments: { ...given, path }, exact: true }, call, path)
    },
  }
}

async function insist(world: World, whole: CheckedCall, { dry }: PlacedCall, changed?: string): Promise<void> {
  const found = await check(world, whole, changed === undefined ? undefined : protecting)
  const about = changed === undefined ? '' : ` It changes ${changed}; nothing was kept.`
  if ('denied' in found) throw new ToolRefused(`${found.denied}${about}`)
  if (!('asks' in found) || dry) return
  if (changed === undefined || whole.tool.class === 'content') throw new Unagreed(found)
  throw new ToolRefused(
    `The rule ${found.asks.rule} asks a person before ${changed} is changed: change it with edit or write. Nothing was kept.`,
  )
}

/** The rules that protect files, without those that say what may be called. */
function protecting(policies: Policies): Policies {
  const [first, ...more] = policies.map((policy) => ({
    ...policy,
    rules: policy.rules.filter(({ then, paths }) => then !== 'allow' && paths),
  }))
  return [{ ...first!, rules: [...first!.rules, { name: 'kept', then: 'allow' }] }, ...more]
}
