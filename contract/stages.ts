import { grantedAttempts, triesPerModel } from './bounds.ts'
import { type Fallback } from './fallback.ts'
import { type Limits } from './limits.ts'

/** A stage that a workflow declares, by the name that its runs give it. */
export interface DeclaredStage {
  name: string
  /** In a few words. */
  does: string
  by: 'model' | 'agent' | 'code' | 'person' | 'tool' | 'run'
  /** Who may be asked, in order; absent where no model is. */
  models?: string[]
  /** How often each of them is asked at most. */
  asked?: number
  /** It judges what the model that it asks first has made. */
  judgesItself?: true
}

/** Stages that belong together: repeated, done side by side, or of which one is chosen. */
export interface StageGroup {
  name: string
  how: 'repeated' | 'side by side' | 'one of'
  /** How often at most. */
  times: number
  /** How many models each rung of the fallback has; a rung grants more attempts. */
  rungs?: number[]
  stages: Stages
}

/** What a workflow does, in order. */
export type Stages = (DeclaredStage | StageGroup)[]

/** A reply of a schema is mended up to three times, and asked for in another form as often. */
const mostReplies = 7

/** The words that a declaration says its stages in. */
export const does = {
  /** A model answers in text. */
  writes: (name: string, models: string[], what: string): DeclaredStage => model(name, models, what, triesPerModel),
  /** A model answers with a value of a schema. */
  answers: (name: string, models: string[], what: string): DeclaredStage => model(name, models, what, mostReplies * triesPerModel),
  /** A model works with tools, turn by turn. */
  works: (name: string, models: string[], turns: number, what: string): DeclaredStage => ({
    ...model(name, models, what, turns * triesPerModel),
    by: 'agent',
  }),
  code: (name: string, what: string): DeclaredStage => ({ name, does: what, by: 'code' }),
  person: (name: string, what: string): DeclaredStage => ({ name, does: what, by: 'person' }),
  tool: (name: string, what: string): DeclaredStage => ({ name, does: what, by: 'tool' }),
  run: (name: string, what: string): DeclaredStage => ({ name, does: what, by: 'run' }),
  /** As often as a loop may propose. */
  repeats: ({ limits, fallback = [] }: { limits: Limits; fallback?: Fallback }, stages: Stages, name = 'loop'): StageGroup => ({
    ...{ name, how: 'repeated', times: limits.attempts, stages },
    rungs: fallback.flatMap((rung) => (typeof rung === 'string' ? [] : [rung.models.length])),
  }),
  beside: (stages: Stages, times = 1, name = 'parallel'): StageGroup => ({ name, how: 'side by side', times, stages }),
  oneOf: (stages: Stages, times = 1, name = 'routes'): StageGroup => ({ name, how: 'one of', times, stages }),
}

/** The stages of all groups, in order. */
export function stagesIn(stages: Stages): DeclaredStage[] {
  return stages.flatMap((stage) => ('stages' in stage ? stagesIn(stage.stages) : [stage]))
}

/** How many calls of models the stages make at most, every retry at every model of a chain counted; `chain`: of other models that may take their place. */
export function mostCalls(stages: Stages, chain = 0): number {
  return stages.reduce((sum, stage) => sum + callsOf(stage, chain), 0)
}

function callsOf(stage: DeclaredStage | StageGroup, chain: number): number {
  if (!('stages' in stage)) return (stage.asked ?? 0) * (stage.models ? Math.max(stage.models.length, chain) : 0)
  const { how, times, rungs = [], stages } = stage
  const once = how === 'one of' ? Math.max(0, ...stages.map((one) => callsOf(one, chain))) : mostCalls(stages, chain)
  return rungs.reduce((sum, rung) => sum + grantedAttempts * mostCalls(stages, Math.max(rung, chain)), times * once)
}

function model(name: string, models: string[], what: string, asked: number): DeclaredStage {
  return { name, does: what, by: 'model', models, asked }
}
