import { afterAll, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitStep } from '../activities/workspace/commit.ts'
import { withCheckout } from '../activities/workspace/checkout.ts'
import { keepBase } from '../activities/workspace/keep.ts'
import { makePatch } from '../activities/workspace/patch.ts'
import { keepPack, mostDepth, readPack } from '../activities/workspace/pack.ts'
import { isRestorable } from '../activities/workspace/restorable.ts'
import { requireCommit } from '../activities/workspace/restore.ts'
import { type World } from '../activities/world.ts'
import { type Ref } from '../contract/json.ts'
import { type WorkspaceAt } from '../contract/workspace.ts'
import { type ArtifactStore } from '../store/store.ts'
import { contents, newFolder, newRepository, newWorld, opened, removeFolders, userGit, writeFiles } from './workspace.fixture.ts'

afterAll(removeFolders)

/** Another machine: a state folder of its own, the same artifact store. */
const elsewhere = (world: World): World => ({ ...world, stateFolder: newFolder() })
const gitDirOf = (world: World) => join(world.stateFolder, 'workspaces/run-1/git')
const look = (world: World, workspace: WorkspaceAt) => withCheckout(world, workspace, 'test', async (folder) => contents(folder))

async function step(world: World, workspace: WorkspaceAt, files: Record<string, string | Uint8Array>, stage = 'edit#1') {
  const after = await withCheckout(world, workspace, 'edit', async (folder) => {
    writeFiles(folder, files)
    return commitStep(world, workspace, folder, stage)
  })
  return { ...workspace, commit: after.commit, pack: after.pack }
}

/** The same store, counting what is read. */
function counting(store: ArtifactStore): { store: ArtifactStore; reads: string[] } {
  const reads: string[] = []
  return { reads, store: { ...store, get: (sha256) => (reads.push(sha256), store.get(sha256)) } }
}

describe('a step', () => {
  test('is restored from artifacts alone, each one of a run, by a worker that has never seen the workspace', async () => {
    const [world, source] = [newWorld(), newRepository()]
    let at = await opened(world, source)
    const steps = [at]
    const states = [await look(world, at)]
    for (let number = 1; number <= 5; number += 1) {
      at = await step(world, at, { 'a.txt': `${number}\n`, [`new/${number}`]: `${number}` }, `edit#${number}`)
      steps.push(at)
      states.push(await look(world, at))
    }
    for (const [number, workspace] of steps.entries()) {
      const other = elsewhere(world)
      // The source is not there either.
      expect(await look(other, { ...workspace, source: '/nowhere/at/all' })).toEqual(states[number])
      expect(userGit(gitDirOf(other), 'rev-parse', 'refs/loopwright/base')).toBe(at.base)
    }
  })

  test('is made again from artifacts after the machine was started anew, because a power failure may have left parts of it', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const at = await step(world, await opened(world, source), { 'a.txt': 'two\n', b: 'b' })
    const whole = await look(world, at)
    const emptied = () => {
      // The commit reached the disk, what it holds did not.
      const objects = join(gitDirOf(world), 'objects')
      const blob = userGit(gitDirOf(world), 'rev-parse', `${at.commit}:b`)
      rmSync(join(objects, blob.slice(0, 2), blob.slice(2)))
      writeFileSync(join(objects, blob.slice(0, 2), blob.slice(2)), '')
      rmSync(join(world.stateFolder, 'workspaces/run-1/check-0'), { recursive: true })
    }
    emptied()
    await expect(look(world, at)).rejects.toThrow()
    writeFileSync(join(gitDirOf(world), 'loopwright-boot'), 'another start of the machine')
    expect(await look(world, at)).toEqual(whole)
    rmSync(join(gitDirOf(world), 'loopwright-boot'))
    expect(await look(world, at)).toEqual(whole)
    // Whether it may be cleaned away is not known either when its note is empty.
    const notes = ['last.json', 'opened.json'].map((name) => join(world.stateFolder, 'workspaces/run-1', name))
    expect(await isRestorable(world.store, join(world.stateFolder, 'workspaces/run-1'))).toBe(true)
    for (const note of notes) writeFileSync(note, '')
    expect(await isRestorable(world.store, join(world.stateFolder, 'workspaces/run-1'))).toBe(false)
    // From then on it is taken as it is.
    writeFileSync(join(gitDirOf(world), 'kept'), '')
    await look(world, at)
    expect(existsSync(join(gitDirOf(world), 'kept'))).toBe(true)
  })

  test('goes on from a restored one with the same commits and packs as where the run began', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const first = await step(world, await opened(world, source), { 'a.txt': 'two\n' })
    const other = elsewhere(world)
    const here = await step(world, first, { b: 'b' }, 'edit#2')
    expect(await step(other, first, { b: 'b' }, 'edit#2')).toEqual(here)
    const patch = await makePatch(world, here)
    expect(await makePatch(elsewhere(world), here)).toEqual(patch)
    // Back on the first machine, which has not seen the last step.
    const last = await step(other, here, { c: 'c' }, 'edit#3')
    expect(await look(world, last)).toMatchObject({ 'a.txt': 'two\n', b: 'b', c: 'c' })
  })

  test('costs one small reference; its pack holds what is new and nothing else', async () => {
    const world = newWorld()
    const large = randomBytes(40_000)
    const before = await opened(world, newRepository({ 'a.txt': 'one\n', large }))
    const after = await step(world, before, { 'a.txt': 'two\n' })
    expect(after.pack.bytes).toBeLessThan(1_500)
    expect(before.pack.bytes).toBeLessThan(400)
    const again = await step(world, before, { 'a.txt': 'two\n' })
    expect(again).toEqual(after)
  })

  test('far from its base is restored from few packs', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const base = await opened(world, source)
    let at = base
    const depths: number[] = []
    for (let number = 1; number <= mostDepth + 3; number += 1) {
      at = await step(world, at, { [`f${number}`]: `${number}` }, `edit#${number}`)
      depths.push((await readPack(world.store, at.pack)).head.depth)
    }
    expect(depths).toEqual([...Array.from({ length: mostDepth }, (_, index) => index + 1), 1, 2, 3])
    const { store, reads } = counting(world.store)
    const shown = await look({ ...elsewhere(world), store }, at)
    expect(Object.keys(shown)).toHaveLength(mostDepth + 3 + 2)
    // Four heads, and the pack of the base, which stands beside its head.
    expect(reads).toHaveLength(5)
    expect((await makePatch(elsewhere(world), at)).added).toBe(mostDepth + 3)
    expect(await look(elsewhere(world), { ...at, commit: base.commit })).toEqual(await look(world, base))
  }, 120_000)

  test('of many megabytes is kept and restored in pieces', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const [large, larger] = [randomBytes(300_000), randomBytes(400_000)]
    const at = await step(world, await opened(world, source), { large, larger })
    expect((await readPack(world.store, at.pack)).head.pieces).toHaveLength(1)
    expect((await look(elsewhere(world), at))['large']).toBe(large.toString('latin1'))
  })
})

test('two workers of one state folder that restore at once both go on, and several commits come together', async () => {
  const [world, source] = [newWorld(), newRepository()]
  const first = await step(world, await opened(world, source), { 'a.txt': 'two\n' })
  const second = await step(world, first, { b: 'b' }, 'edit#2')
  const other = elsewhere(world)
  const shown = await Promise.all([first, second, second, { ...first, commit: first.base }].map((workspace) => look(other, workspace)))
  expect(shown.map((files) => files['a.txt'])).toEqual(['two\n', 'two\n', 'two\n', 'one\n'])
  expect(readdirSync(join(other.stateFolder, 'workspaces/run-1')).filter((name) => name.startsWith('git'))).toEqual(['git'])
})

test('a git dir that was lost or emptied comes back from artifacts', async () => {
  const [world, source] = [newWorld(), newRepository()]
  const at = await step(world, await opened(world, source), { 'a.txt': 'two\n' })
  for (const harm of [
    () => rmSync(gitDirOf(world), { recursive: true }),
    () => rmSync(join(gitDirOf(world), 'HEAD')),
    () => rmSync(join(gitDirOf(world), 'objects'), { recursive: true }),
  ]) {
    harm()
    expect(await look(world, at)).toMatchObject({ 'a.txt': 'two\n' })
    userGit(gitDirOf(world), 'fsck', '--strict')
  }
})

test('a base over the limit is refused in words', async () => {
  const world = newWorld()
  const { base } = await opened(world, newRepository())
  await expect(keepBase(world, { gitDir: gitDirOf(world) }, base, 100)).rejects.toMatchObject({
    type: 'RepositoryRefused',
    message: expect.stringMatching(/packed, and a workspace keeps at most 100; nothing was changed\.$/),
  })
})

describe('is refused as lost, and nothing is checked out:', () => {
  const fileOf = (world: World, { sha256 }: Ref) => join(newStoreFolder(world), sha256.slice(0, 2), sha256.slice(2))
  const newStoreFolder = (world: World) => join(world.stateFolder, 'artifacts')
  const bare = (world: World) => gitDirOf(world)
  const packed = (world: World, input: string) =>
    execFileSync('git', ['-C', bare(world), 'pack-objects', '--revs', '--stdout', '-q'], { input, stdio: ['pipe', 'pipe', 'ignore'] })

  async function refusal(world: World, workspace: WorkspaceAt, why: RegExp) {
    const other = elsewhere(world)
    await expect(look(other, workspace)).rejects.toMatchObject({ type: 'WorkspaceLost', message: expect.stringMatching(why) })
    expect(existsSync(join(other.stateFolder, 'workspaces/run-1/check-0'))).toBe(false)
    expect(readdirSync(join(other.stateFolder, 'workspaces/run-1'))).toEqual([])
  }

  test('a pack that is damaged, and one whose parent is missing', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const base = await opened(world, source)
    const first = await step(world, base, { 'a.txt': 'two\n' })
    const second = await step(world, first, { b: 'b' }, 'edit#2')
    const kept = fileOf(world, first.pack)
    const whole = readFileSync(kept)
    appendFileSync(kept, 'x')
    await refusal(world, second, /bytes do not match its hash; nothing was changed\.$/)
    rmSync(kept)
    await refusal(world, second, /the artifact [0-9a-f]{64} is not in the store; nothing was changed\.$/)
    writeFileSync(kept, whole)
    const [piece] = (await readPack(world.store, base.pack)).head.pieces
    rmSync(fileOf(world, piece!))
    await refusal(world, second, /is not in the store/)
  })

  test('a pack of another workspace, of another commit, and an artifact that is none', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const base = await opened(world, source)
    const first = await step(world, base, { 'a.txt': 'two\n' })
    const stranger = await opened(newWorld(), newRepository({ other: '' }))
    await refusal(world, { ...first, pack: base.pack }, /holds another commit/)
    await refusal(world, { ...first, base: stranger.base }, /belongs to another workspace/)
    for (const text of ['no pack', '{}\n', '{"format":"loopwright-pack-1"}\nPACK'])
      await refusal(world, { ...first, pack: await world.store.put(text) }, /is no pack/)
  })

  test('a pack with an object that belongs to no commit, one that lacks an object, and one that git cannot read', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const base = await opened(world, source)
    const first = await step(world, base, { 'a.txt': 'two\n', 'c.txt': 'three\n' })
    const { head } = await readPack(world.store, first.pack)
    const { format: _format, pieces: _pieces, ...about } = head
    const plant = async (bytes: Uint8Array) => ({ ...first, pack: await keepPack(world.store, about, { bytes }) })
    const foreign = execFileSync('git', ['-C', bare(world), 'hash-object', '-w', '--stdin'], { input: 'foreign' })
      .toString()
      .trim()
    await refusal(
      world,
      await plant(packed(world, `--shallow ${first.commit}\n${first.commit}\n^${base.commit}^{tree}\n${foreign}\n`)),
      /holds 1 objects of no commit/,
    )
    const blob = userGit(bare(world), 'rev-parse', `${first.commit}:c.txt`)
    await refusal(
      world,
      await plant(packed(world, `--shallow ${first.commit}\n${first.commit}\n^${base.commit}^{tree}\n^${blob}\n`)),
      /is not complete; nothing/,
    )
    await refusal(world, await plant(Buffer.from('PACK, but not one')), /not sound/)
  })

  test('a commit whose tree has a .git, a way up, or a link with a file below it', async () => {
    const [world, source] = [newWorld(), newRepository()]
    const base = await opened(world, source)
    const trap = newFolder()
    const run = (words: string[], input?: Buffer) =>
      execFileSync('git', ['-C', bare(world), ...words], {
        input,
        env: { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
      })
        .toString()
        .trim()
    const blob = run(['hash-object', '-w', '--stdin'], Buffer.from('evil'))
    const link = run(['hash-object', '-w', '--stdin'], Buffer.from(trap))
    const entry = (mode: string, name: string, object: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, 'hex')])
    const tree = (...entries: Buffer[]) => run(['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], Buffer.concat(entries))
    const inner = tree(entry('100644', 'x', blob))
    const trees = [
      tree(entry('40000', '.git', inner)),
      tree(entry('40000', '.GIT', inner)),
      tree(entry('40000', '..', inner)),
      tree(entry('100644', `../${trap.split('/').at(-1)}/x`, blob)),
      tree(entry('120000', 'out', link), entry('40000', 'out', inner)),
    ]
    for (const planted of trees) {
      const commit = run(['commit-tree', planted, '-p', base.commit, '-m', 'planted'])
      const about = { base: base.base, commit, depth: 1, parent: base.pack, origin: base.pack }
      const pack = await keepPack(world.store, about, { bytes: packed(world, `--shallow ${commit}\n${commit}\n`) })
      await refusal(world, { ...base, commit, pack }, /is not sound \(git index-pack: /)
      expect(contents(trap)).toEqual({})
    }
  })
})

test('what cannot be restored says so and what to do', async () => {
  const world = newWorld()
  const at = await opened(world, newRepository())
  const empty = newWorld()
  await expect(requireCommit(empty, at)).rejects.toMatchObject({
    type: 'WorkspaceLost',
    message: `The commit ${at.commit.slice(0, 10)} of this run is not in ${empty.stateFolder}/workspaces/run-1, and the artifact ${at.pack.sha256} is not in the store; nothing was changed.`,
    details: [{ effect: 'no', next: expect.stringMatching(/--artifacts/) }],
  })
})
