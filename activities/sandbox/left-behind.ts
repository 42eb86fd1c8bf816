import { readdirSync, readFileSync } from 'node:fs'

/** What begets faster than it is ended keeps its processes; a sandbox would not. */
const mostRounds = 10

/**
 * Ends every process whose environment has a word in it: what a command that nothing confines has left behind in a session of its own, where the end of its
 * group does not reach. Where there is no /proc, nothing is found.
 */
export function endLeftBehind(word: string): void {
  for (let round = 0; round < mostRounds; round++) {
    const found = processes().filter((pid) => environmentOf(pid).includes(word))
    if (found.length === 0) return
    for (const pid of found) end(pid)
  }
}

function processes(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return []
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    // It has ended, or is somebody else's.
    return ''
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
