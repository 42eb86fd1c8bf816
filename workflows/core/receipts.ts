import { type EffectCall } from '../../contract/effects.ts'
import { type Receipt } from '../../contract/workspace.ts'
import { type Run } from './run.ts'

/** So many receipts a run remembers besides the doubtful ones; all of them stand in its history. */
const remembered = 200

/** Keeps the receipt of one effect up to date. From its first try on it is doubtful until something certain is known. */
export class Receipts {
  receipt: Receipt
  readonly #run: Run

  constructor(run: Run, { effect, tool, class: effectClass }: EffectCall) {
    this.#run = run
    this.receipt = { effect, tool, class: effectClass, happened: 'unknown', how: 'not known', attempts: 0 }
  }

  /** A try begins; told twice of one it counts once. */
  begin(attempts: number): void {
    this.#keep({ ...this.receipt, attempts })
  }

  /** Something is certain now. */
  note(happened: 'yes' | 'no', how: string): void {
    this.#keep({ ...this.receipt, happened, how })
  }

  #keep(receipt: Receipt): void {
    const { effects } = this.#run
    this.receipt = receipt
    effects.delete(receipt.effect)
    effects.set(receipt.effect, receipt)
    if (effects.size <= remembered) return
    for (const { effect, happened } of effects.values()) {
      if (happened === 'unknown') continue
      effects.delete(effect)
      return
    }
  }
}

/** One sentence for each effect of which nobody knows whether it happened. */
export function doubts(run: Run): string {
  return [...run.effects.values()]
    .filter(({ happened }) => happened === 'unknown')
    .map(({ tool, effect }) => ` Nobody knows whether ${tool} did its work (effect ${effect}).`)
    .join('')
}
