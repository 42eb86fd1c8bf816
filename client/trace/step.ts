import { type Allowed } from '../../contract/tests-verdict.ts'
import { type TraceOf } from '../../contract/trace.ts'
import { type Activity } from './reading.ts'
import { type PreflightResult } from './shapes.ts'

/** What is known of the whole run while its steps are read. */
export interface Setting {
  run: string
  workflow: string
  /** Whether the run has not ended yet. */
  open: boolean
  prices: Record<string, PreflightResult['models'][string]['price']>
  sandbox: string
  allowed: Allowed
  /** The model that decides in a turn, by the turn's path. */
  deciders: Map<string, string>
}

type Step = Omit<TraceOf<'step'>, 'kind' | 'what' | 'text'>

/** What every step has. `path~2` is a second try of a stage. */
export function stepOf({ id, at, end, ended, tries, error }: Activity, by: Step['by']): Step {
  const lost = ended === 'timed out' || error?.type === 'Lost'
  const status = { completed: 'done', failed: 'failed', 'timed out': 'lost', cancelled: 'cancelled' } as const
  return {
    path: id,
    at,
    by,
    status: ended === undefined ? 'open' : lost ? 'lost' : status[ended],
    milliseconds: end === undefined ? undefined : end - at,
    tries,
    error: error && { type: error.type, message: error.message },
  }
}

/** Who decided on a step: the model whose turn it belongs to, otherwise the code of the workflow. */
export function decider(path: string, { deciders, workflow }: Setting): Step['by'] {
  const turn = turnOf(path)
  const model = turn === undefined ? undefined : deciders.get(turn)
  return model === undefined ? { kind: 'rule', name: workflow } : { kind: 'model', name: model }
}

/** The path of the innermost turn that a path lies in. */
export function turnOf(path: string): string | undefined {
  return /^.*\/turn#\d+(?=\/)/.exec(path)?.[0]
}
