import { type ActivityInterceptorsFactory } from '@temporalio/worker'
import { type Activities } from '../activities/activities.ts'
import { crashPoint } from '../store/crash-point.ts'

/** A notice has no points of its own: no run waits for one, and whether it is begun at all depends on how soon somebody answers. */
const ours: Record<Exclude<keyof Activities, 'notify'>, true> = {
  preflight: true,
  callModel: true,
  compactTranscript: true,
  readEarlier: true,
  putArtifacts: true,
  getArtifacts: true,
  openWorkspace: true,
  useTool: true,
  retrieve: true,
  runCommand: true,
  runTests: true,
  setUp: true,
  makePatch: true,
  deliverPatch: true,
  certify: true,
  performEffect: true,
  prepareEffect: true,
  compensateEffect: true,
  fenceEffect: true,
  lookUpEffect: true,
  checkGrant: true,
}

/** A test aid: crash points before each of our activities, and after each effect, before its result is recorded. */
export const crashAroundActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      const name = info.activityType
      if (!isOurs(name)) return next(input)
      crashPoint(`activity.${name}.start`)
      const result = await next(input)
      crashPoint(`activity.${name}.end`)
      return result
    },
  },
})

function isOurs(name: string): name is keyof typeof ours {
  return name in ours
}
