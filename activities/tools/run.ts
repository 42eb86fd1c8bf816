import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type z } from 'zod'
import { CommandRefused, splitCommand } from '../../contract/command.ts'
import { type builtinTools } from '../../contract/tools.ts'
import { type ProcessResult, runProcess } from '../process.ts'
import { testEnvironment } from '../tests/environment.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

const tailBytes = 2_048

/** Runs a command in the workspace, unconfined, with an empty home folder and none of the worker's keys. */
export async function run(place: ToolPlace, { command }: z.output<typeof builtinTools.run.arguments>): Promise<ToolAnswer> {
  const argv = split(command)
  const own = await mkdtemp(join(tmpdir(), 'loopwright-command-'))
  let tail = Buffer.alloc(0)
  try {
    const result = await runProcess(argv, {
      cwd: place.folder,
      environment: testEnvironment(place.world.environment, { home: own, temporary: own }),
      timeoutMilliseconds: place.call.minutes * 60_000,
      ...(place.signal ? { signal: place.signal } : {}),
      onOutput: (chunk) => {
        tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
        place.onTail(tail.toString())
      },
    })
    if (result.ended === 'not found') throw new ToolRefused(`The program ${argv[0]} was not found.`)
    const ended = endingOf(result, place.call.minutes)
    return { text: `${ended}\n${result.output.toString()}`, ...(result.exitCode === 0 ? {} : { failed: true }) }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

function split(command: string): string[] {
  try {
    return splitCommand(command)
  } catch (error) {
    throw error instanceof CommandRefused ? new ToolRefused(error.message) : error
  }
}

function endingOf({ exitCode, ended }: ProcessResult, minutes: number): string {
  if (ended === 'timeout') return `Killed after ${minutes} minutes.`
  if (ended === 'output') return 'Killed because it printed more than 20 MB.'
  return exitCode === null ? 'Killed by a signal.' : `Exit code ${exitCode}.`
}
