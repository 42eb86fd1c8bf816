import { realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Ref } from '../../contract/json.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { writeAtomically } from '../../store/atomic.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { readRegular } from '../regular-file.ts'
import { type World } from '../world.ts'
import { mostFileBytes, StepRefused } from './commit.ts'
import { type GitAt, identity } from './git.ts'
import { isIgnored } from './ignored.ts'
import { keepStep } from './keep.ts'
import { entriesOf, type GitObject, readObject, type TreeEntry, treeOf, writeObject } from './objects.ts'
import { placesOf, refName } from './places.ts'

/**
 * Makes the commit of a step that changed one file at most, the same commit as `commitStep` makes, without starting git: starting a program costs
 * a worker more than all the rest of such a step. Throws `StepRefused` for a file over 5 MB.
 */
export async function commitFile(
  world: World,
  workspace: WorkspaceAt,
  { folder, path, stage }: { folder: string; path: string; stage: string },
): Promise<{ commit: string; pack: Ref; tree: string }> {
  const at = placesOf(world, workspace.key).git
  const { commit: parent } = workspace
  const name = relative(await realpath(folder), path)
  const content = readRegular(path)
  if (content.length > mostFileBytes)
    throw new StepRefused(`${name} has ${content.length} bytes; nothing was kept: files of at most ${mostFileBytes} bytes are committed.`)
  const before = /^tree ([0-9a-f]+)\n/.exec((await readObject(at, 'commit', parent)).toString('latin1'))?.[1] ?? ''
  const ignored = () => isIgnored(world, workspace, folder, name)
  const made: GitObject[] = []
  const write = (object: GitObject) => {
    made.push(object)
    return writeObject(at, object, parent)
  }
  const tree = await treeWith({ at, like: parent, content, ignored, write }, before, name.split(sep))
  crashPoint('step.tree.written')
  if (tree === before) return { commit: parent, pack: workspace.pack, tree }
  const person = identity(946_684_800)
  const text = `tree ${tree}\nparent ${parent}\nauthor ${person}\ncommitter ${person}\n\n${stage}\n`
  const commit = await write({ type: 'commit', content: Buffer.from(text) })
  crashPoint('step.commit.made')
  const ref = join(at.gitDir, 'refs', 'loopwright', refName(workspace.key), refName(stage))
  await writeAtomically(ref, Buffer.from(`${commit}\n`), join(at.gitDir, 'objects', 'temporary'))
  crashPoint('step.ref.set')
  const pack = await keepStep(world, workspace, commit, made)
  crashPoint('step.packed')
  return { commit, pack, tree }
}

interface Change {
  at: GitAt
  like: string
  content: Buffer
  ignored(): Promise<boolean>
  write(object: GitObject): Promise<string>
}

/** The tree with the file at a path replaced or added; the same tree when nothing changed or the file is ignored. */
async function treeWith(change: Change, tree: string | undefined, [part = '', ...rest]: string[]): Promise<string> {
  const { at, like, content } = change
  const entries = tree === undefined ? [] : entriesOf(await readObject(at, 'tree', tree), like)
  const name = Buffer.from(part).toString('latin1')
  const old = entries.find((entry) => entry.name === name)
  if (rest.length === 0 && !old && (await change.ignored())) return tree ?? ''
  const entry: TreeEntry =
    rest.length === 0
      ? { mode: old?.mode ?? '100644', name, hash: await change.write({ type: 'blob', content }) }
      : { mode: '40000', name, hash: await treeWith(change, old?.hash, rest) }
  if (entry.hash === '' || (tree !== undefined && entry.hash === old?.hash)) return tree ?? ''
  return change.write({ type: 'tree', content: treeOf([...entries.filter((other) => other !== old), entry]) })
}
