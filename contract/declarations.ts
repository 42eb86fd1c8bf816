import { type z } from 'zod'
import { agentLoop } from './loops/agent-loop.ts'
import { draftAndCritique } from './loops/draft-and-critique.ts'
import { evaluatorOptimizer } from './patterns/evaluator-optimizer.ts'
import { generateAndValidate } from './loops/generate-and-validate.ts'
import { goal } from './loops/goal.ts'
import { planAndExecute } from './loops/plan-and-execute.ts'
import { lesson } from './office/lesson.ts'
import { retrieveAndRefine } from './loops/retrieve-and-refine.ts'
import { findWork } from './office/find-work.ts'
import { triage } from './office/triage.ts'
import { orchestratorWorkers } from './patterns/orchestrator-workers.ts'
import { promptChain } from './patterns/prompt-chain.ts'
import { routing } from './patterns/routing.ts'
import { ralph } from './loops/ralph.ts'
import { sectioning } from './patterns/sectioning.ts'
import { voting } from './patterns/voting.ts'
import { testAndFix } from './test-and-fix.ts'

/** The catalogue: every workflow that ships with Loopwright, by the name it is started by. */
export const declarations = {
  agentLoop,
  draftAndCritique,
  evaluatorOptimizer,
  findWork,
  generateAndValidate,
  goal,
  lesson,
  orchestratorWorkers,
  planAndExecute,
  promptChain,
  retrieveAndRefine,
  ralph,
  routing,
  sectioning,
  triage,
  voting,
  testAndFix,
}
export type WorkflowName = keyof typeof declarations

/** What a workflow takes, and the T of the `Outcome<T>` that it gives. */
export type DeclaredInput<Name extends WorkflowName> = z.input<(typeof declarations)[Name]['input']>
export type DeclaredValue<Name extends WorkflowName> = z.output<(typeof declarations)[Name]['output']>
