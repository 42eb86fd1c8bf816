import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Checkout } from './places.ts'

/** Only this process's own word counts: after a kill or a power failure nobody knows what reached the disk. */
const self = randomUUID()
const noteOf = ({ workTree }: Checkout) => `${workTree}.left`

/** Whether this process left a checkout exactly at a commit, and nobody has worked in it since. Asked, and said, under the checkout's lock. */
export function isLeftAt(checkout: Checkout, commit: string): boolean {
  try {
    return readFileSync(noteOf(checkout), 'utf8') === `${commit} ${self}`
  } catch {
    return false
  }
}

/** Says that a checkout holds exactly a commit. */
export function leaveAt(checkout: Checkout, commit: string): void {
  writeFileSync(noteOf(checkout), `${commit} ${self}`)
}

/** Before anything is changed in a checkout: from now on nobody knows what it holds. */
export function enter(checkout: Checkout): void {
  rmSync(noteOf(checkout), { force: true })
}
