import { type z } from 'zod'
import { CommandRefused, splitCommand } from '../../contract/command.ts'
import { type builtinTools } from '../../contract/tools.ts'
import { type ProcessResult } from '../process.ts'
import { limitInWords } from '../sandbox/sandbox.ts'
import { cachedPytest, testEnvironment } from '../tests/environment.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { tailTeller } from '../tail.ts'
import { type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

/** Runs a command in the workspace, as confined as this machine allows, with an empty home folder and none of the worker's keys. */
export async function run(place: ToolPlace, { command }: z.output<typeof builtinTools.run.arguments>): Promise<ToolAnswer> {
  const argv = split(command)
  const { world, folder, workspace, call, signal } = place
  const result = await world.sandbox.run(argv, {
    folder,
    environment: testEnvironment(world.environment),
    readable: cachedPytest(world.environment),
    dependencies: await dependenciesOf(world, workspace, folder),
    timeoutMilliseconds: call.minutes * 60_000,
    ...(signal ? { signal } : {}),
    onOutput: tailTeller(place.onTail),
  })
  if (result.ended === 'not found') throw new ToolRefused(`The program ${argv[0]} was not found.`)
  const confinement = world.sandbox.level === 'none' ? 'unconfined' : `confined by ${world.sandbox.level}`
  return {
    text: `${endingOf(result, call.minutes)}, ${confinement}.\n${result.output.toString()}`,
    ...(result.exitCode === 0 ? {} : { failed: true }),
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
  if (ended === 'timeout') return `Killed after ${minutes} minutes`
  const limit = limitInWords(ended)
  if (limit !== undefined) return `Killed because it ${limit}`
  return exitCode === null ? 'Killed by a signal' : `Exit code ${exitCode}`
}
