import { type z } from 'zod'
import { testAndFix } from './test-and-fix.ts'

/** The catalogue: every workflow that ships with Loopwright, by the name it is started by. */
export const declarations = { testAndFix }
export type WorkflowName = keyof typeof declarations

/** What a workflow takes, and the T of the `Outcome<T>` that it gives. */
export type DeclaredInput<Name extends WorkflowName> = z.input<(typeof declarations)[Name]['input']>
export type DeclaredValue<Name extends WorkflowName> = z.output<(typeof declarations)[Name]['output']>
