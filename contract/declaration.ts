import { type z } from 'zod'
import { type Limits } from './limits.ts'
import { type Stages } from './stages.ts'

/** What can be said of a workflow before any run; `show WORKFLOW` and `check WORKFLOW` print it. */
export interface Traits {
  /** Who decides what comes next: the workflow's code, or the model. */
  owner: 'workflow' | 'model'
  /** How it fails, and what is left then. */
  fails: string
  /** What those who propose see, and what they don't. */
  context: string
  /** Who says that a result is good; never who made it. */
  verifier: string
  /** What the next attempt learns from the last, and the next run from this one. */
  learning: string
}

/** What a workflow tells everybody about itself. Printed by `show`, `--help` and the docs; checked around every run. */
export interface Declaration<Input extends z.ZodType = z.ZodType, Value extends z.ZodType = z.ZodType> extends Partial<Traits> {
  /** One sentence. */
  description: string
  /** The workflow's only argument; unknown keys are refused, and it has `limits`. */
  input: Input
  /** T of the `Outcome<T>` that the workflow returns. */
  output: Value
  /** Every model the run may use, those of the fallback included; any other is refused. */
  models(input: z.output<Input>): string[]
  /** The stages that a run with this input goes through at most. */
  stages?(input: z.output<Input>): Stages
  /** An input that works. */
  example: z.input<Input>
}

/** Declares a workflow; the types of input and value follow from the schemas. */
export function declare<Input extends z.ZodType<{ limits: Limits }>, Value extends z.ZodType>(
  declaration: Declaration<Input, Value>,
): Declaration<Input, Value> {
  return declaration
}
