import { type Activities } from './activities.ts'
import { createArtifactActivities } from './artifacts/activities.ts'
import { createCertify } from './artifacts/certify.ts'
import { createRunCommand } from './command/activity.ts'
import { createEffects } from './effects/activities.ts'
import { readWithOwn } from './effects/read.ts'
import { registered } from './effects/registry.ts'
import { createCompaction } from './model/compaction.ts'
import { createCallModel } from './model/index.ts'
import { rememberingTools } from './memory/tools.ts'
import { createCheckGrant } from './people/grants.ts'
import { createNotify } from './people/notify.ts'
import { createPreflight } from './preflight/index.ts'
import { createRetrieve } from './retrieve/activities.ts'
import { createRunTests } from './tests/activity.ts'
import { guarded, withoutSecrets } from './secrets/edge.ts'
import { knownSecrets } from './secrets/known.ts'
import { redacting } from './secrets/redact.ts'
import { repair } from './tools/repair.ts'
import { tests } from './tools/tests.ts'
import { createUseTool } from './tools/use.ts'
import { createWorkspaceActivities } from './workspace/activities.ts'
import { withCheckout } from './workspace/checkout.ts'
import { changedFiles, readAt } from './workspace/history.ts'
import { restoreFiles } from './workspace/put-back.ts'
import { type World } from './world.ts'

/** Everything workflows can have done, for one worker. */
export function createActivities(given: World): Activities {
  const redact = redacting(knownSecrets(given))
  const store = withoutSecrets(given.store, redact)
  const world: World = { ...given, redact, store, tools: [...(given.tools ?? []), ...rememberingTools(given.environment, store)] }
  const own = registered(world.tools)
  return guarded(
    {
      // Workflows name these texts by their hash, so they are kept as they are.
      ...createArtifactActivities(given),
      ...createWorkspaceActivities(world),
      preflight: createPreflight(world),
      callModel: createCallModel(world),
      retrieve: createRetrieve(),
      runCommand: createRunCommand(world),
      ...createCompaction(world),
      runTests: createRunTests(world, { withCheckout, changedFiles, readAt, restoreFiles }),
      useTool: createUseTool(world, { tests, repair, own: readWithOwn(world, own) }),
      ...createEffects(world, own),
      checkGrant: createCheckGrant(world),
      notify: createNotify(world),
      certify: createCertify(world),
    },
    redact,
  )
}
