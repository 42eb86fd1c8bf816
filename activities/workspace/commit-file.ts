import { realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Ref } from '../../contract/json.ts'
import { type WorkspaceAt } from '../../contract/workspace.ts'
import { writeWhole } from '../../store/atomic.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { readRegular } from '../regular-file.ts'
import { type World } from '../world.ts'
import { mostFileBytes, StepRefused } from './commit.ts'
import { type GitAt, identity } from './git.ts'
import { isIgnored } from './ignored.ts'
import { keepStep } from './keep.ts'
import { entriesOf, type GitObject, nameOf, readObject, type TreeEntry, treeOf, treeOfCommit, writeObject } from './objects.ts'
import { placesOf, refName } from './places.ts'

/**
 * Makes the commit of a step that changed one file at most, the same commit as `commitStep` makes, without starting git: starting a program costs
 * a worker more than all the rest of such a step. `ignored`: .gitignore keeps the file out. Throws `StepRefused` for a file over 5 MB.
 */
export async function commitFile(
  world: World,
  workspace: WorkspaceAt,
  { folder, path, stage }: { folder: string; path: string; stage: string },
): Promise<{ commit: string; pack: Ref; tree: string; ignored?: true }> {
  const at = placesOf(world, workspace.key).git
  const { commit: parent } = workspace
  const name = relative(await realpath(folder), path)
  const content = readRegular(path)
  if (content.length > mostFileBytes)
    throw new StepRefused(`${name} has ${content.length} bytes; nothing was kept: files of at most ${mostFileBytes} bytes are committed.`)
  const before = treeOfCommit(await readObject(at, 'commit', parent))
  let ignores = false
  const ignored = async () => (ignores = await isIgnored(world, workspace, folder, name))
  const made: GitObject[] = []
  const make = (object: GitObject) => {
    made.push(object)
    return nameOf(object, parent)
  }
  const tree = await treeWith({ at, like: parent, content, ignored, make }, before, name.split(sep))
  if (tree === before) return { commit: parent, pack: workspace.pack, tree, ...(ignores ? { ignored: true } : {}) }
  for (const object of made) writeObject(at, object, parent)
  crashPoint('step.tree.written')
  const person = identity(946_684_800)
  const text = `tree ${tree}\nparent ${parent}\nauthor ${person}\ncommitter ${person}\n\n${stage}\n`
  const whole: GitObject = { type: 'commit', content: Buffer.from(text) }
  const commit = nameOf(whole, parent)
  // Only now: whoever finds a commit takes its tree for whole.
  writeObject(at, whole, parent)
  crashPoint('step.commit.made')
  const ref = join(at.gitDir, 'refs', 'loopwright', refName(workspace.key), refName(stage))
  writeWhole(ref, Buffer.from(`${commit}\n`))
  crashPoint('step.ref.set')
  const pack = await keepStep(world, workspace, commit, [...made, whole])
  crashPoint('step.packed')
  return { commit, pack, tree }
}

interface Change {
  at: GitAt
  like: string
  content: Buffer
  ignored(): Promise<boolean>
  make(object: GitObject): string
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
      ? { mode: old?.mode ?? '100644', name, hash: change.make({ type: 'blob', content }) }
      : { mode: '40000', name, hash: await treeWith(change, old?.hash, rest) }
  if (entry.hash === '' || (tree !== undefined && entry.hash === old?.hash)) return tree ?? ''
  return change.make({ type: 'tree', content: treeOf([...entries.filter((other) => other !== old), entry]) })
}
