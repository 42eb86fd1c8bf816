import { createRepairTool } from '../repair/tool.ts'
import { runTestCommand } from '../tests/run.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { type ToolAnswer, type ToolPlace } from './tool.ts'

const search = createRepairTool()
/** The search ends itself before the tool call's own time limit does. */
const spareMinutes = 0.5

/** Looks for one small edit that mends failing tests, and makes it. */
export async function repair({ world, workspace, call, folder, signal, onTail }: ToolPlace, argv: string[]): Promise<ToolAnswer> {
  const dependencies = await dependenciesOf(world, workspace, folder)
  return search(folder, {
    argv,
    minutes: Math.max(spareMinutes, call.minutes - spareMinutes),
    ...(signal ? { signal } : {}),
    onProgress: ({ tried, of, best }) => onTail(`tried ${tried} of ${of} edits${best === undefined ? '' : `; best so far: ${best}`}`),
    runTests: (command) =>
      runTestCommand({
        ...{ ...command, worker: world.environment, sandbox: world.sandbox, dependencies },
        // Copies link to folders that the workspace itself has.
        readable: [folder, ...(command.readable ?? [])],
      }),
  })
}
