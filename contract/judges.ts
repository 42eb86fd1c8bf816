import { type DeclaredStage } from './stages.ts'

/**
 * Who judges where the input names nobody: the chain of those who work, from its next model on, so that another model is asked first.
 * A single model judges its own work, with a fresh context. `seat` counts judges who sit side by side, from 1.
 */
export function judgesOf(models: string[], seat = 1): string[] {
  const first = seat % models.length
  return [...models.slice(first), ...models.slice(0, first)]
}

/** As many reviewers as are asked side by side where the input names none, spread over the chain of those who work. */
export function panelOf(models: string[], size: number): string[][] {
  return Array.from({ length: size }, (_, index) => judgesOf(models, index + 1))
}

/** A stage that judges what `workers` made; that it asks the model that works is said where it is so. */
export function judging(stage: DeclaredStage, workers: string[]): DeclaredStage {
  if (stage.models?.[0] !== workers[0]) return stage
  return { ...stage, judgesItself: true, does: `${stage.does}; the model that works, in a fresh context` }
}
