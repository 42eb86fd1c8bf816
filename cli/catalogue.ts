import { resolve } from 'node:path'
import { type Declaration } from '../contract/declaration.ts'
import { declarations } from '../contract/declarations.ts'
import { type DeclaredStage, type StageGroup, type Stages } from '../contract/stages.ts'
import { UsageProblem } from './usage.ts'

/** Every workflow by name: ours, and those of a workflows file of one's own. */
export async function knownWorkflows(file: string | undefined): Promise<Record<string, Declaration>> {
  if (file === undefined) return declarations
  // The bundler is loaded where a file is named, and only there.
  const { ownDeclarations } = await import('../workers/own-declarations.ts')
  const own = await ownDeclarations(resolve(file)).catch((error: unknown) => {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new UsageProblem(`the workflows file ${file} cannot be read: ${why}`, 'check its path and its code')
  })
  return { ...declarations, ...own }
}

/** The workflow of a name; one that is unknown is told which there are. */
export function workflowOf(known: Record<string, Declaration>, name: string): Declaration {
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  if (found) return found
  throw new UsageProblem(`there is no workflow ${name}; there is ${Object.keys(known).join(', ')}`, 'loopwright list --workflows')
}

/** The declared stages as a drawing, one line each. */
export function drawing(stages: Stages): string[] {
  return stages.flatMap((stage, index) => {
    const last = index === stages.length - 1
    const below = 'stages' in stage ? drawing(stage.stages).map((line) => `${last ? '   ' : '│  '}${line}`) : []
    return [`${last ? '└─ ' : '├─ '}${'stages' in stage ? groupLine(stage) : stageLine(stage)}`, ...below]
  })
}

function stageLine({ name, by, does, models = [] }: DeclaredStage): string {
  const who = by === 'model' || by === 'agent' ? models.join(', ') : by
  return `${name} (${who}): ${does}`
}

function groupLine({ name, how, times, rungs = [] }: StageGroup): string {
  const more = rungs.length > 0 ? ', and 2 more for each model of the fallback' : ''
  if (how === 'repeated') return `${name}, at most ${times} times${more}; what is objected to is what the next attempt reads`
  if (how === 'one of') return `one of these${times > 1 ? `, ${times} times` : ''}:`
  return `side by side${times > 1 ? `, at most ${times}` : ''}:`
}
