import { runTestCommand, type TestRun } from '../tests/run.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { type ToolAnswer, type ToolPlace } from './tool.ts'

/** Runs the repository's tests for the model. What it reads here decides nothing: the verifier runs them again, by itself. */
export async function tests({ world, workspace, call, folder, signal, onTail }: ToolPlace, command: string[]): Promise<ToolAnswer> {
  const run = await runTestCommand({
    argv: command,
    folder,
    sandbox: world.sandbox,
    dependencies: await dependenciesOf(world, workspace, folder),
    worker: world.environment,
    minutes: call.minutes,
    ...(signal ? { signal } : {}),
    onTail,
  })
  return { text: inWords(run), ...(run.exitCode === 0 ? {} : { failed: true as const }) }
}

function inWords({ checks, exitCode, ended, format, tail }: TestRun): string {
  const failing = checks.filter(({ status }) => status === 'failed')
  const ending = ended ? `ended early (${ended})` : `ended with exit code ${exitCode}`
  if (format === 'exit code') return `The tests ${ending}.\n${tail}`
  const named = failing.map(
    ({ name, file, line, message }) => `- ${name}${file ? ` (${file}${line ? `:${line}` : ''})` : ''}\n${message ?? ''}`,
  )
  return [`The tests ${ending}: ${failing.length} of ${checks.length} fail.`, ...named].join('\n')
}
