import { type z } from 'zod'
import { type Limits } from './limits.ts'

/** What a workflow tells everybody about itself. Printed by `show`, `--help` and the docs; checked around every run. */
export interface Declaration<Input extends z.ZodType = z.ZodType, Value extends z.ZodType = z.ZodType> {
  /** One sentence. */
  description: string
  /** The workflow's only argument; unknown keys are refused, and it has `limits`. */
  input: Input
  /** T of the `Outcome<T>` that the workflow returns. */
  output: Value
  /** Every model the run may use, those of the fallback included; any other is refused. */
  models(input: z.output<Input>): string[]
  /** An input that works. */
  example: z.input<Input>
}

/** Declares a workflow; the types of input and value follow from the schemas. */
export function declare<Input extends z.ZodType<{ limits: Limits }>, Value extends z.ZodType>(
  declaration: Declaration<Input, Value>,
): Declaration<Input, Value> {
  return declaration
}
