import { digest } from '../../contract/digest.ts'
import { type OpenStage } from '../../contract/messages.ts'
import { type Budget, openBudget } from './ledger.ts'
import { record, recalled, structured } from './recall.ts'
import { currentRun, type Run } from './run.ts'
import { currentScope, inScope, nextPath, type Scope } from './scope.ts'

/** A named group of steps: a loop, an attempt, an agent, a turn. */
export interface Group {
  name: string
  kind: OpenStage['kind']
  text: string
  /** The occurrence, where it is known better than by counting: attempts and turns go on after a seam. */
  number?: number
  /** With a call, the result is recorded and the steps inside are forgotten when the group is done. */
  call?: unknown
  /** The caps of a share of the run's budget, for everything inside. */
  share?: Budget['cap']
}

/** Where a group stands, for the code inside it. */
export interface Here {
  run: Run
  path: string
  /** What the group remembers between executions, by its path. */
  remembered<S>(): S | undefined
  /** Remembers it, and forgets the steps inside that led there. */
  remember(state: unknown): void
}

/** Runs steps as one group. */
export async function group<T>(options: Group, body: (here: Here) => Promise<T>): Promise<T> {
  const run = currentRun()
  const outer = currentScope(run.root)
  const path = nextPath(outer, options.name, options.number)
  const callDigest = options.call === undefined ? undefined : digest(options.call)
  const recorded = callDigest && recalled<T>(run, path, callDigest)
  if (recorded) return recorded.result
  const share = options.share && openBudget(options.share, run.shares.get(path))
  if (share) run.shares.set(path, share)
  const scope: Scope = { path, counts: new Map(), budgets: share ? [...outer.budgets, share] : outer.budgets }
  run.open.set(path, { path, kind: options.kind, text: options.text, since: Date.now() })
  try {
    const result = await inScope(scope, () => body(hereAt(run, path)))
    if (callDigest) {
      run.forget(path, true)
      return record(run, path, callDigest, result)
    }
    return result
  } finally {
    run.open.delete(path)
    run.shares.delete(path)
  }
}

function hereAt(run: Run, path: string): Here {
  return {
    run,
    path,
    remembered: <S>() => (run.state[path] === undefined ? undefined : structured<S>(run.state[path])),
    remember: (state) => {
      run.forget(path)
      run.state[path] = structured(state)
    },
  }
}
