import { createRepairTool } from '../repair/tool.ts'
import { runTestCommand } from '../tests/run.ts'
import { type ToolAnswer, type ToolPlace } from './tool.ts'

const search = createRepairTool()
/** The search ends itself before the tool call's own time limit does. */
const spareMinutes = 0.5

/** Looks for one small edit that mends failing tests, and makes it. */
export function repair({ world, call, folder, signal, onTail }: ToolPlace, argv: string[]): Promise<ToolAnswer> {
  return search(folder, {
    argv,
    minutes: Math.max(spareMinutes, call.minutes - spareMinutes),
    ...(signal ? { signal } : {}),
    onProgress: ({ tried, of, best }) => onTail(`tried ${tried} of ${of} edits${best === undefined ? '' : `; best so far: ${best}`}`),
    runTests: (command) => runTestCommand({ ...command, worker: world.environment }),
  })
}
