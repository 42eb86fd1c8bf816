import { type Limits, type Share } from '../../contract/limits.ts'
import { type Budget, openBudget } from './ledger.ts'
import { capOf, currentRun } from './run.ts'

/** Limits of a loop: the run's own, or smaller ones. */
export type LoopLimits = Limits | (Share & { attempts: number; stalls: number })

/** Attempts and stalls as they are now: a person may have raised them. */
export function limitsNow({ attempts, stalls }: LoopLimits): { attempts: number; stalls: number } {
  const { raised } = currentRun()
  return { attempts: Math.max(attempts, raised.attempts ?? 0), stalls: Math.max(stalls, raised.stalls ?? 0) }
}

/** A budget of its own for a loop that names less money or fewer tokens than the run has. */
export function shareOf({ tokens, dollars }: LoopLimits): { budget?: Budget } {
  const run = currentRun()
  const share = {
    ...(tokens !== undefined && tokens < run.limits.tokens ? { tokens } : {}),
    ...(smaller(dollars, run.limits.dollars) ? { dollars } : {}),
  }
  return Object.keys(share).length === 0 ? {} : { budget: openBudget(() => capOf(share)) }
}

function smaller(dollars: number | 'none' | undefined, cap: number | 'none'): dollars is number {
  return typeof dollars === 'number' && (cap === 'none' || dollars < cap)
}
