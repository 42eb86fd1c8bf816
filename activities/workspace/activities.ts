import { type Activities } from '../activities.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'
import { deliverPatch } from './deliver.ts'
import { openWorkspace } from './open.ts'
import { makePatch } from './patch.ts'
import { setUp } from './set-up.ts'

/** Workspaces as activities: opened from a source, compared with it, brought back to it. */
export function createWorkspaceActivities(world: World): Pick<Activities, 'openWorkspace' | 'setUp' | 'makePatch' | 'deliverPatch'> {
  return {
    openWorkspace: ({ repo, key }) => whileAlive((signal) => openWorkspace(world, repo, key, signal)),
    setUp: ({ workspace, minutes }) => {
      let tail = ''
      const onTail = (text: string) => (tail = text)
      const work = async (signal?: AbortSignal) => {
        const { folders, ran } = await setUp(world, workspace, { minutes, signal, onTail })
        return { folders, ran }
      }
      return whileAlive(work, () => ({ tail }))
    },
    makePatch: ({ workspace }) => whileAlive(() => makePatch(world, workspace)),
    deliverPatch: (delivery) => whileAlive(() => deliverPatch(world, delivery)),
  }
}
