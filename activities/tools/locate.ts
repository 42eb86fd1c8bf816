import { realpath } from 'node:fs/promises'
import { isAbsolute, join, normalize, relative, sep } from 'node:path'
import { isInside, realPlace } from '../workspace/inside.ts'
import { checkoutOf, linksOf } from '../workspace/places.ts'
import { dependencySource } from '../workspace/set-up.ts'
import { fileProblem } from './problem.ts'
import { type ToolPlace, ToolRefused } from './tool.ts'

/** A path that a tool may use: where it is, and how the model writes it. */
export interface Located {
  absolute: string
  relative: string
  /** Whether it lies in a dependency folder of the source: readable only. */
  dependency: boolean
}

/** Checks a path from a model: inside the workspace as written and after following links, never `.git`; dependency folders only for reading. */
export async function locate({ world, folder, workspace }: ToolPlace, path: string, purpose: 'read' | 'write'): Promise<Located> {
  if (path.includes('\0')) throw new ToolRefused('A path cannot hold a NUL character.')
  if (isAbsolute(path)) throw new ToolRefused(`${path} is an absolute path: write it relative to the workspace, for example src/index.js.`)
  const written = normalize(path).replace(/[/\\]+$/, '') || '.'
  if (written === '..' || written.startsWith(`..${sep}`)) throw new ToolRefused(`${path} is outside the workspace.`)
  const root = await realpath(folder)
  const place = await realPlace(join(root, written)).catch((error: unknown) => {
    throw fileProblem(error, path) ?? error
  })
  const dependencies = await dependencySource(world, workspace)
  for (const link of await linksOf(checkoutOf(world, workspace.key, folder))) {
    const source = await realPlace(join(dependencies, link))
    const linked = isInside(join(root, link), place) ? join(root, link) : source
    if (!isInside(linked, place)) continue
    if (purpose === 'write') throw new ToolRefused(`${path} lies in the dependency folder ${link}, which is read-only.`)
    refuseGit(path, relative(linked, place))
    return { absolute: place, relative: written, dependency: true }
  }
  if (!isInside(root, place)) throw new ToolRefused(`${path} leads outside the workspace through a link.`)
  refuseGit(path, relative(root, place))
  return { absolute: place, relative: written, dependency: false }
}

function refuseGit(path: string, place: string): void {
  if (place.split(/[/\\]/).some((part) => /^\.git[ .]*$/i.test(part))) throw new ToolRefused(`${path} is git's own: tools do not touch it.`)
}
