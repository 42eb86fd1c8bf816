import { agentPathologies } from './agent.ts'
import { loopPathologies } from './loop.ts'
import { type Pathology } from './pathology.ts'

/**
 * The pathology kit: what goes wrong in loops of models, and what only looks so, with the verdict that an engine must reach. Each case is plain data: give
 * `replies` to a scripted server, `tools` and `verifier` to the engine, and compare what it does with `verdict`.
 */
export const pathologies: Pathology[] = [...agentPathologies, ...loopPathologies]
