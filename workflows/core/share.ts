import { type Limits, type Share } from '../../contract/limits.ts'
import { type Budget } from './ledger.ts'
import { capOf, currentRun } from './run.ts'

/** Limits of a loop: the run's own, or smaller ones. */
export type LoopLimits = Limits | (Share & { attempts: number; stalls: number })

/** Attempts and stalls as they are now: a person may have raised them. */
export function limitsNow({ attempts, stalls }: LoopLimits): { attempts: number; stalls: number } {
  const { raised } = currentRun()
  return { attempts: Math.max(attempts, raised.attempts ?? 0), stalls: Math.max(stalls, raised.stalls ?? 0) }
}

/** The caps of a loop that names less money or fewer tokens than the run was given; a person who raises the run's raises these too. */
export function shareOf({ tokens, dollars }: LoopLimits): { share?: Budget['cap'] } {
  const run = currentRun()
  const share: { tokens?: number; dollars?: number } = {
    ...(tokens !== undefined && tokens < run.given.tokens ? { tokens } : {}),
    ...(smaller(dollars, run.given.dollars) ? { dollars } : {}),
  }
  if (Object.keys(share).length === 0) return {}
  return {
    share: () => {
      const { tokens: moreTokens = 0, dollars: moreDollars = 0 } = run.raised
      return capOf({
        ...('tokens' in share ? { tokens: Math.max(share.tokens ?? 0, moreTokens) } : {}),
        ...('dollars' in share ? { dollars: Math.max(share.dollars ?? 0, moreDollars) } : {}),
      })
    },
  }
}

function smaller(dollars: number | 'none' | undefined, cap: number | 'none'): dollars is number {
  return typeof dollars === 'number' && (cap === 'none' || dollars < cap)
}
