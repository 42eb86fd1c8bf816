import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'

/**
 * Whether commands may run unconfined here: a person at a terminal is asked once per state folder. Without a terminal there is nobody to ask, and the first line
 * has said it; whoever set LOOPWRIGHT_SANDBOX=none has answered.
 */
export async function agreedToUnconfined(stateFolder: string, environment = process.env): Promise<boolean> {
  const note = join(stateFolder, 'unconfined-agreed')
  if (environment['LOOPWRIGHT_SANDBOX'] === 'none' || !process.stdin.isTTY || existsSync(note)) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const question = 'Commands of the repository and of the model will run as you, on all your files. Go on? It is asked once. (yes/no) '
    const typed = await Promise.race([terminal.question(question), closed])
    if (!/^y(es)?$/i.test(typed.trim())) return false
  } finally {
    terminal.close()
  }
  mkdirSync(stateFolder, { recursive: true })
  writeFileSync(note, `${new Date().toISOString()}\n`)
  return true
}
