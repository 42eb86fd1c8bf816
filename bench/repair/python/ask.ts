import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../../../activities/process.ts'

const timeoutMilliseconds = 60_000

/** What one of the Python programs beside this file answers. */
export async function askPython(program: string, question: unknown): Promise<unknown> {
  const beside = fileURLToPath(new URL(program, import.meta.url))
  const path = existsSync(beside) ? beside : fileURLToPath(new URL(`../../../../bench/repair/python/${program}`, import.meta.url))
  const { stdout, output, exitCode } = await runProcess(['python3', path], {
    cwd: '/',
    environment: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' },
    input: JSON.stringify(question),
    timeoutMilliseconds,
  })
  if (exitCode !== 0) throw new Error(`${program} failed: ${output.toString().slice(-400)}`)
  return JSON.parse(stdout.toString('utf8'))
}
