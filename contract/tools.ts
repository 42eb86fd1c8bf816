import { z } from 'zod'
import { type Json } from './json.ts'
import { type EffectClass, type Tool } from './workspace.ts'

const path = z.string().min(1).max(4_096)
const line = z.int().positive()

/** A tool that Loopwright brings along: what the model is told, and what its arguments must be. */
export interface BuiltinTool {
  description: string
  arguments: z.ZodObject
  class: EffectClass
  /** Minutes one call may take. */
  minutes: number
  /** Offered to this provider only. */
  provider?: string
}

/** The tools of a workspace. Their texts are sent to the model with every turn: keep them short. */
export const builtinTools = {
  read: {
    description: 'Reads a text file, with line numbers.',
    arguments: z.strictObject({
      path: path.describe('File, relative to the workspace.'),
      from: line.optional().describe('First line. Default: 1.'),
      to: line.optional().describe('Last line. Default: the end; at most 2,000 lines come back.'),
    }),
    class: 'read',
    minutes: 1,
  },
  search: {
    description: 'Searches the files by regular expression; at most 100 matches.',
    arguments: z.strictObject({
      pattern: z.string().min(1).max(1_000).describe('Regular expression in ripgrep syntax.'),
      path: path.optional().describe('Folder or file to search. Default: everything that is not ignored.'),
      glob: z.string().min(1).max(200).optional().describe('Only files like this, for example *.ts. Default: all.'),
    }),
    class: 'read',
    minutes: 1,
  },
  list: {
    description: 'Lists files and folders.',
    arguments: z.strictObject({
      path: path.optional().describe('Folder. Default: the workspace.'),
      depth: z.int().min(1).max(10).optional().describe('How many levels. Default: 2.'),
    }),
    class: 'read',
    minutes: 1,
  },
  edit: {
    description: 'Replaces a text in a file. The text must occur exactly once.',
    arguments: z.strictObject({
      path: path.describe('File, relative to the workspace.'),
      search: z.string().min(1).describe('The text as it stands in the file, without line numbers.'),
      replace: z.string().describe('What to put there.'),
      all: z.boolean().optional().describe('Replace every occurrence. Default: false.'),
    }),
    class: 'content',
    minutes: 1,
  },
  write: {
    description: 'Writes a whole file, new or over the old one.',
    arguments: z.strictObject({
      path: path.describe('File, relative to the workspace.'),
      content: z.string().describe('Everything the file shall hold.'),
    }),
    class: 'content',
    minutes: 1,
  },
  patch: {
    description: 'Applies a unified diff to files, all of it or nothing.',
    arguments: z.strictObject({
      diff: z.string().min(1).max(1_000_000).describe('As git prints it, with paths a/… and b/…; each hunk needs its unchanged lines.'),
    }),
    class: 'content',
    minutes: 2,
  },
  git: {
    description: 'Shows the history of the repository and what was changed in it.',
    arguments: z.strictObject({
      view: z.enum(['log', 'show', 'diff', 'blame']).describe('diff: from the revision to what is there now.'),
      revision: z
        .string()
        .regex(/^(?:HEAD|base|[0-9a-f]{4,64})(?:[~^]\d{0,4}){0,8}$/)
        .optional()
        .describe('HEAD, base (where the work began) or a commit, ~1 for the one before. Default: HEAD, for diff base.'),
      path: path.optional().describe('Only this file or folder. Needed for blame.'),
      from: line.optional().describe('First line for blame. Default: 1.'),
      to: line.optional().describe('Last line for blame. Default: the end.'),
      count: z.int().min(1).max(200).optional().describe('Most commits for log. Default: 20.'),
    }),
    class: 'read',
    minutes: 2,
  },
  run: {
    description: 'Runs a command in the workspace, without a shell.',
    arguments: z.strictObject({ command: z.string().min(1).max(10_000).describe('Program and arguments, quoted as for a shell.') }),
    class: 'once',
    minutes: 10,
  },
  tests: {
    description: "Runs the repository's tests.",
    arguments: z.strictObject({}),
    class: 'read',
    minutes: 30,
  },
  finish: {
    description: 'Ends your work. Call it when the goal is reached or cannot be.',
    arguments: z.strictObject({ answer: z.string().describe('What you did, or why it cannot be done.') }),
    class: 'read',
    minutes: 1,
  },
  repair: {
    description: 'Searches for a small edit that makes failing tests pass.',
    arguments: z.strictObject({}),
    class: 'content',
    minutes: 30,
    provider: 'builtin',
  },
} as const satisfies Record<string, BuiltinTool>
export type BuiltinToolName = keyof typeof builtinTools

/** Whether a tool is one of ours. */
export function isBuiltinTool(name: string): name is BuiltinToolName {
  return Object.hasOwn(builtinTools, name)
}

/** Without `$schema`, and without the largest safe integer as bound: neither tells a model anything. */
export function jsonSchema(schema: z.ZodObject): { [key: string]: Json } {
  const text = JSON.stringify(z.toJSONSchema(schema), (key, value: unknown) =>
    key === '$schema' || (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ? undefined : value,
  )
  return z.record(z.string(), z.json()).parse(JSON.parse(text))
}

const plainTools: Omit<Tool, 'workspace'>[] = Object.entries<BuiltinTool>(builtinTools).map(([name, tool]) => ({
  name,
  description: tool.description,
  schema: jsonSchema(tool.arguments),
  class: tool.class,
  minutes: tool.minutes,
  ...(tool.provider === undefined ? {} : { provider: tool.provider }),
}))

/** The tools of a workspace as plain data; `path` names the `openWorkspace` stage. `run` is there only when it is allowed. */
export function workspaceTools({ allowRun, path }: { allowRun: boolean; path: string }): Tool[] {
  return plainTools.filter(({ name }) => name !== 'run' || allowRun).map((tool) => ({ ...tool, workspace: path }))
}
