import { writeSync } from 'node:fs'

/** The activities, each with a point before it begins and one after its effect, before its result is recorded. */
const activityPoints = [
  'activity.preflight.start',
  'activity.preflight.end',
  'activity.callModel.start',
  'activity.callModel.end',
  'activity.compactTranscript.start',
  'activity.compactTranscript.end',
  'activity.readEarlier.start',
  'activity.readEarlier.end',
  'activity.putArtifacts.start',
  'activity.putArtifacts.end',
  'activity.getArtifacts.start',
  'activity.getArtifacts.end',
  'activity.openWorkspace.start',
  'activity.openWorkspace.end',
  'activity.useTool.start',
  'activity.useTool.end',
  'activity.retrieve.start',
  'activity.retrieve.end',
  'activity.runCommand.start',
  'activity.runCommand.end',
  'activity.runTests.start',
  'activity.runTests.end',
  'activity.setUp.start',
  'activity.setUp.end',
  'activity.makePatch.start',
  'activity.makePatch.end',
  'activity.deliverPatch.start',
  'activity.deliverPatch.end',
  'activity.certify.start',
  'activity.certify.end',
  'activity.checkGrant.start',
  'activity.checkGrant.end',
  'activity.performEffect.start',
  'activity.performEffect.end',
  'activity.prepareEffect.start',
  'activity.prepareEffect.end',
  'activity.compensateEffect.start',
  'activity.compensateEffect.end',
  'activity.fenceEffect.start',
  'activity.fenceEffect.end',
  'activity.lookUpEffect.start',
  'activity.lookUpEffect.end',
] as const

/** Every place at which a test can have a worker killed. `test/crash.test.ts` kills one at each, and fails for one that is never passed. */
export const crashPoints = [
  ...activityPoints,
  'store.write.before',
  'store.write.drafted',
  'store.write.synced',
  'store.write.placed',
  'key.write.before',
  'key.write.after',
  'key.claim.before',
  'key.claim.after',
  'model.request.before',
  'model.request.sent',
  'model.reply.read',
  'model.reply.kept',
  'workspace.open.locked',
  'workspace.open.packed',
  'workspace.open.renamed',
  'workspace.open.done',
  'checkout.locked',
  'checkout.reset',
  'step.work.before',
  'step.work.after',
  'step.tree.written',
  'step.commit.made',
  'step.ref.set',
  'step.packed',
  'tests.running',
  'tests.ended',
  'patch.made',
  'deliver.made',
  'deliver.copying',
  'deliver.copied',
  'deliver.done',
  'certify.stored',
  'effect.intended',
  'effect.acting',
  'effect.acted',
  'effect.finished',
  'effect.fenced',
  'effect.found',
  'archive.fetched',
  'archive.stored',
  'archive.done',
  'setup.running',
  'setup.ended',
] as const

/** A place at which a test can have a worker killed. */
export type CrashPoint = (typeof crashPoints)[number]

/** Passages that are left until the end, by the points that LOOPWRIGHT_CRASH names. */
const armed = armedBy(process.env['LOOPWRIGHT_CRASH'])

/** Whether this process was told to die somewhere. */
export const isArmed = armed !== undefined

/**
 * A test aid: the process kills itself here with SIGKILL, when the environment variable LOOPWRIGHT_CRASH says so, after naming the point on standard error.
 * `model.reply.read:2,step.ref.set` is the second passage of the one or the first of the other, whichever comes first. Without the variable it does nothing.
 */
export function crashPoint(name: CrashPoint): void {
  const left = armed?.get(name)
  if (left === undefined) return
  if (left > 1) return void armed?.set(name, left - 1)
  writeSync(2, `killed at ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function armedBy(text: string | undefined): Map<string, number> | undefined {
  if (text === undefined || text === '') return undefined
  return new Map(
    text.split(',').map((item) => {
      const [name = '', passage = '1'] = item.split(':')
      if (!crashPoints.some((point) => point === name) || !/^[1-9]\d*$/.test(passage))
        throw new Error(`LOOPWRIGHT_CRASH names ${item}, which is no crash point. They stand in store/crash-point.ts.`)
      return [name, Number(passage)]
    }),
  )
}
