import { agentLoop } from './agent-loop.ts'
import { draftAndCritique } from './draft-and-critique.ts'
import { evaluatorOptimizer } from './evaluator-optimizer.ts'
import { type LoopFixture } from './fixture.ts'
import { generateAndValidate } from './generate-and-validate.ts'
import { goal } from './goal.ts'
import { lesson } from './lesson.ts'
import { orchestratorWorkers } from './orchestrator-workers.ts'
import { planAndExecute } from './plan-and-execute.ts'
import { promptChain } from './prompt-chain.ts'
import { ralph } from './ralph.ts'
import { retrieveAndRefine } from './retrieve-and-refine.ts'
import { routing } from './routing.ts'
import { sectioning } from './sectioning.ts'
import { testAndFix } from './test-and-fix.ts'
import { triage } from './triage.ts'
import { voting } from './voting.ts'

/** One for every workflow of the catalogue. */
export const fixtures: LoopFixture[] = [
  agentLoop,
  draftAndCritique,
  evaluatorOptimizer,
  generateAndValidate,
  goal,
  lesson,
  orchestratorWorkers,
  planAndExecute,
  promptChain,
  ralph,
  retrieveAndRefine,
  routing,
  sectioning,
  testAndFix,
  triage,
  voting,
]
