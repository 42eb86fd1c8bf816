import { readFileSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { type GitAt } from './git.ts'

/** Elsewhere than on Linux a start of the machine is told by its time, which moves a little when the clock is set. */
const sameSeconds = 60

/** Which start of the machine this is. */
function bootNow(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `${Math.round(Date.now() / 1000 - uptime())}`
  }
}

const nameOf = ({ gitDir }: GitAt) => join(gitDir, 'loopwright-boot')

/** Says since which start of the machine a git dir of ours is written to. */
export function noteBoot(at: GitAt): void {
  writeFileSync(nameOf(at), bootNow())
}

/**
 * Whether all that was ever written into a git dir is still there. Nothing in it is synced to the disk, because artifacts are, from which it is made again: so after a power
 * failure it may be there in part.
 */
export function isOfThisBoot(at: GitAt): boolean {
  try {
    const noted = readFileSync(nameOf(at), 'utf8')
    const now = bootNow()
    return noted === now || Math.abs(Number(noted) - Number(now)) <= sameSeconds
  } catch {
    return false
  }
}
