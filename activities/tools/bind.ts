import { z } from 'zod'
import { type Json } from '../../contract/json.ts'
import { type BuiltinToolName, builtinTools } from '../../contract/tools.ts'
import { type Purpose } from '../workspace/checkout.ts'
import { edit } from './edit.ts'
import { gitView } from './git.ts'
import { list } from './list.ts'
import { patch } from './patch.ts'
import { read } from './read.ts'
import { run } from './run.ts'
import { search } from './search.ts'
import { type PlacedCall, type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'
import { write } from './write.ts'

/** Tools whose work is done elsewhere; `command` is argv of the repository's tests. */
export interface InjectedTools {
  /** Runs the tests in a clean checkout that nobody edits, and says what came out. */
  tests(place: ToolPlace, command: string[]): Promise<ToolAnswer>
  /** Edits the checkout so that failing tests pass, if it finds how; what it changed becomes a commit. */
  repair(place: ToolPlace, command: string[]): Promise<ToolAnswer>
  /** Reads with a tool that is not ours. */
  own?(call: PlacedCall, json: Json, signal?: AbortSignal): Promise<ToolAnswer>
}

/** A tool with its arguments checked, and which checkout it works in. */
export interface BoundTool {
  checkout: Purpose
  work(place: ToolPlace): Promise<ToolAnswer>
}

/** Finds a tool and binds its arguments; refuses what is unknown or does not fit. `finish` has no work to do and is not here. */
export function bind(tool: Exclude<BuiltinToolName, 'finish'>, json: Json, call: PlacedCall, injected: InjectedTools): BoundTool {
  const bound = <Schema extends z.ZodType>(
    { arguments: schema }: { arguments: Schema },
    work: (place: ToolPlace, args: z.output<Schema>) => Promise<ToolAnswer>,
    checkout: Purpose = 'file',
  ): BoundTool => {
    const args = checked(tool, schema, json)
    return { checkout, work: (place) => work(place, args) }
  }
  switch (tool) {
    case 'read':
      return bound(builtinTools.read, read)
    case 'search':
      return bound(builtinTools.search, search)
    case 'list':
      return bound(builtinTools.list, list)
    case 'edit':
      return bound(builtinTools.edit, edit)
    case 'write':
      return bound(builtinTools.write, write)
    case 'patch':
      return bound(builtinTools.patch, patch, 'edit')
    case 'git':
      return bound(builtinTools.git, gitView)
    case 'run':
      return bound(builtinTools.run, run, 'edit')
    case 'tests':
      return bound(builtinTools.tests, (place) => injected.tests(place, testCommand(call)), 'test')
    case 'repair':
      return bound(builtinTools.repair, (place) => injected.repair(place, testCommand(call)), 'edit')
  }
}

/** A tool's arguments as its schema wants them; refuses others with every problem listed. */
export function checked<Schema extends z.ZodType>(tool: string, schema: Schema, json: Json): z.output<Schema> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw new ToolRefused(`The arguments of ${tool} do not fit:\n${z.prettifyError(result.error)}`)
}

function testCommand({ test }: PlacedCall): string[] {
  if (!test?.length) throw new ToolRefused('This run has no test command.')
  return test
}
