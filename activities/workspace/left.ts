import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { ifAbsent } from '../../store/absent.ts'
import { type Checkout } from './places.ts'

/** Only this process's own word counts: after a kill or a power failure nobody knows what reached the disk. */
const self = randomUUID()
const noteOf = ({ workTree }: Checkout) => `${workTree}.left`

/** Whether this process left a checkout exactly at a commit, and nobody has worked in it since. Asked, and said, under the checkout's lock. */
export async function isLeftAt(checkout: Checkout, commit: string): Promise<boolean> {
  return (await readFile(noteOf(checkout), 'utf8').catch(ifAbsent(''))) === `${commit} ${self}`
}

/** Says that a checkout holds exactly a commit. */
export async function leaveAt(checkout: Checkout, commit: string): Promise<void> {
  await writeFile(noteOf(checkout), `${commit} ${self}`)
}

/** Before anything is changed in a checkout: from now on nobody knows what it holds. */
export async function enter(checkout: Checkout): Promise<void> {
  await rm(noteOf(checkout), { force: true })
}
