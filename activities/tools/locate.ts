import { realpath } from 'node:fs/promises'
import { isAbsolute, join, normalize, relative, sep } from 'node:path'
import { dependencyLinks } from '../workspace/dependencies.ts'
import { isInside, realPlace } from '../workspace/inside.ts'
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
export async function locate({ folder, workspace }: ToolPlace, path: string, purpose: 'read' | 'write'): Promise<Located> {
  if (path.includes('\0')) throw new ToolRefused('A path cannot hold a NUL character.')
  if (isAbsolute(path)) throw new ToolRefused(`${path} is an absolute path: write it relative to the workspace, for example src/index.js.`)
  const written = normalize(path).replace(/[/\\]+$/, '') || '.'
  if (written === '..' || written.startsWith(`..${sep}`)) throw new ToolRefused(`${path} is outside the workspace.`)
  refuseGit(path, written)
  const root = await realpath(folder)
  const place = await realPlace(join(root, written)).catch((error: unknown) => {
    throw fileProblem(error, path) ?? error
  })
  if (isInside(root, place)) {
    refuseGit(path, relative(root, place))
    return { absolute: place, relative: written, dependency: false }
  }
  for (const link of await dependencyLinks(workspace.source, folder)) {
    if (!isInside(await realpath(join(folder, link)), place)) continue
    if (purpose === 'write') throw new ToolRefused(`${path} lies in the dependency folder ${link}, which is read-only.`)
    refuseGit(path, place.slice(link.length))
    return { absolute: place, relative: written, dependency: true }
  }
  throw new ToolRefused(`${path} leads outside the workspace through a link.`)
}

function refuseGit(path: string, place: string): void {
  if (place.split(/[/\\]/).some((part) => /^\.git[ .]*$/i.test(part))) throw new ToolRefused(`${path} is git's own: tools do not touch it.`)
}
