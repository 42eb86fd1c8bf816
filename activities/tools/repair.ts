import { programRunner } from '../repair/program.ts'
import { SearchState } from '../repair/resume.ts'
import { createRepairTool } from '../repair/tool.ts'
import { runTestCommand } from '../tests/run.ts'
import { dependenciesOf } from '../workspace/set-up.ts'
import { type ToolAnswer, type ToolPlace } from './tool.ts'

const search = createRepairTool()
/** The search ends itself before the tool call's own time limit does. */
const spareMinutes = 0.5

/** Looks for one small edit that mends failing tests, and makes it. */
export async function repair(place: ToolPlace, argv: string[]): Promise<ToolAnswer> {
  const { world, workspace, call, folder, signal } = place
  const resume = SearchState.safeParse(place.progress)
  const dependencies = await dependenciesOf(world, workspace, folder)
  return search(folder, {
    argv,
    minutes: Math.max(spareMinutes, call.minutes - spareMinutes),
    ...(signal ? { signal } : {}),
    ...(resume.success ? { resume: resume.data } : {}),
    onProgress: ({ tried, of, best, state }) => {
      place.onTail(`tried ${tried} of ${of} edits${best === undefined ? '' : `; best so far: ${best}`}`)
      place.onProgress(state)
    },
    runProgram: programRunner({ sandbox: world.sandbox, worker: world.environment, dependencies, readable: [folder] }),
    runTests: (command) =>
      runTestCommand({
        ...{ ...command, worker: world.environment, sandbox: world.sandbox, dependencies },
        // Copies link to folders that the workspace itself has.
        readable: [folder, ...(command.readable ?? [])],
      }),
  })
}
