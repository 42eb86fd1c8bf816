import { z } from 'zod'
import { type Bounds, boundsOf } from './bounds.ts'
import { type Declaration } from './declaration.ts'
import { Limits } from './limits.ts'
import { type ModelFacts } from './models.ts'
import { mostCalls, type Stages } from './stages.ts'

/** A JSON Schema, as it is printed. */
export type PrintedSchema = Record<string, unknown>

/** Everything that can be said of a workflow before a run, as plain JSON: printed by the CLI, served by the API, drawn by the console. */
export interface Entry {
  name: string
  description: string
  input: PrintedSchema
  /** Of the `value` of its outcome. */
  output: PrintedSchema
  example: unknown
  /** Absent where the declaration does not say. */
  traits: { sequence?: string; failure?: string; audit?: string; cost: string }
  most: Bounds
  stages?: Stages
}

const sequence = {
  workflow: "The workflow's code decides what comes next; a model fills in stages that are drawn.",
  model: "The model decides what comes next, within the stages that are drawn and the run's limits.",
}
const audit = {
  workflow: 'Every stage has its name before the run: the trace says what each saw, answered and cost.',
  model: 'The path is known afterwards: the trace has every turn with what the model said, called and was told.',
}

/** What is known of a workflow for an input; without one, for its example. The input must fit the declaration. */
export function entryOf(name: string, declaration: Declaration, given: unknown = declaration.example): Entry {
  const { description, owner, fails, example } = declaration
  const input = declaration.input.parse(given)
  const stages = declaration.stages?.(input)
  const most = mostOf(declaration, input, stages)
  return {
    name,
    description,
    input: schemaOf(declaration.input, 'input'),
    output: schemaOf(declaration.output, 'output'),
    example,
    traits: {
      ...(owner === undefined ? {} : { sequence: sequence[owner], audit: audit[owner] }),
      ...(fails === undefined ? {} : { failure: fails }),
      cost: costOf(most, stages),
    },
    most,
    ...(stages ? { stages } : {}),
  }
}

/** A schema as JSON Schema: of what goes in (defaults may be left out) or of what comes out. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): PrintedSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}

/** Prices are looked up where a run starts: here only what asks nobody is known to be free. */
function mostOf(declaration: Declaration, input: unknown, stages: Stages | undefined): Bounds {
  const limits = Limits.parse((input as { limits?: unknown }).limits ?? {})
  const free = { window: 1, maxOutput: 1, where: '' }
  const facts = declaration.models(input).map((model): [string, ModelFacts] => {
    return [model, { ...free, price: model.startsWith('builtin/') ? { input: 0, output: 0 } : null }]
  })
  const { fallback = [] } = input as { fallback?: unknown[] }
  const rungs = fallback.filter((rung) => typeof rung === 'object').length
  return boundsOf(limits, Object.fromEntries(facts), { ...(stages ? { calls: mostCalls(stages) } : {}), rungs })
}

function costOf({ attempts, calls, tokens, minutes, microDollars }: Bounds, stages: Stages = []): string {
  const money = microDollars === null ? 'dollars without a cap' : `$${microDollars / 1e6}`
  const asked = calls === undefined ? 'calls of models as the tokens allow' : `${calls} calls of models`
  const loops = stages.some((stage) => 'how' in stage && stage.how === 'repeated')
  return `At most ${money}, ${asked}, ${tokens} tokens${loops ? `, ${attempts} attempts of a loop` : ''}, ${minutes} minutes of work.`
}
