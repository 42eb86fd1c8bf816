import { type ApplicationFailure, CancellationScope } from '@temporalio/workflow'
import { runStopped } from './failure.ts'
import { type Budget } from './ledger.ts'
import { waitUntil } from './road.ts'
import { type Run } from './run.ts'

/**
 * Takes something out of budgets; waits for what is in flight to settle when that holds what is missing.
 * `take` answers with a word when it can't: `wait`, or why not, which `refused` makes an error of.
 */
export async function setAside<T extends object, Reason extends string>(
  run: Run,
  budgets: Budget[],
  take: () => T | Reason | 'wait',
  refused: (reason: Reason) => ApplicationFailure,
): Promise<T> {
  for (;;) {
    if (run.stop) throw runStopped(run.stop)
    const taken = take()
    if (typeof taken !== 'string') return taken
    if (taken !== 'wait') throw refused(taken)
    const before = totals(budgets)
    await waitUntil(run, () => totals(budgets) !== before || run.stop !== undefined)
    // A cancelled branch must not take what others wait for.
    if (CancellationScope.current().consideredCancelled) await CancellationScope.current().cancelRequested
  }
}

function totals(budgets: Budget[]): string {
  return budgets
    .map(
      ({ reservedTokens, reservedMicroDollars, cap }) => `${reservedTokens} ${reservedMicroDollars} ${cap().tokens} ${cap().microDollars}`,
    )
    .join()
}
