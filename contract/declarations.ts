import { testAndFix } from './test-and-fix.ts'

/** The catalogue: every workflow that ships with Loopwright, by the name it is started by. */
export const declarations = { testAndFix }
export type WorkflowName = keyof typeof declarations
