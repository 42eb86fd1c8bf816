import { basename } from 'node:path'
import { z } from 'zod'
import { detect } from '../../tests/detect.ts'
import { type Candidate } from '../candidates.ts'
import { options } from '../narrow.ts'
import { packageFile } from '../package-file.ts'

/** Texts of files with the places where the bodies of their loops begin. */
export type Loops = Record<string, { source: string; bodies: number[] }>

/** What a server of candidates is told: how to run tests, and what to try. */
export interface Job {
  framework: 'jest' | 'node' | 'pytest' | 'unittest'
  /** The framework's own options, without files. */
  options: string[]
  /** Whether modules are found in the working folder too. */
  here: boolean
  /** Whether unittest looks for its tests itself. */
  discover: boolean
  /** The test files that fail, run once before anything is tried. */
  files: string[]
  /** The files of candidates as they were, which a server that was ended may have left changed, and where in them loops begin whose turns are counted. */
  loops: Loops
  /** The names of the tests that fail. */
  failing: string[]
  /** How many seconds the first run may take, and one with a candidate. */
  firstPatience: number
  patience: number
  /** A folder in which servers of the same job say which candidates are theirs. */
  claims: string
  candidates: (Pick<Candidate, 'file' | 'start' | 'end' | 'text'> & { id: number; files: string[] })[]
}

/** What a server says of one candidate, or with the id -1 of the program as it is. */
export const Answer = z.object({
  id: z.int(),
  /** Whether the tests ended in time. */
  ended: z.boolean(),
  seconds: z.number(),
  checks: z.array(
    z.object({ file: z.string().nullish(), titles: z.array(z.string()), status: z.enum(['passed', 'failed', 'skipped']).catch('failed') }),
  ),
})
export type Answer = z.infer<typeof Answer>

/** How the tests of a command are run by a server, and the command that starts one; undefined for what isn't understood. */
export interface Serving {
  argv: (job: string) => string[]
  way: Pick<Job, 'framework' | 'options' | 'here' | 'discover'>
}

/** Finds out how a server would run the tests of a command. */
export async function serving(argv: string[], folder: string): Promise<Serving | undefined> {
  const detected = await detect(argv, folder)
  if (!detected) return undefined
  const { framework, words } = detected
  const [program = '', ...rest] = words
  const none = { options: [], here: false, discover: false }
  switch (framework) {
    case 'node':
      return basename(program) === 'node'
        ? { argv: nodeServer(program, options(rest).filter(forNode), true), way: { framework, ...none } }
        : undefined
    case 'jest': {
      const script = rest.findIndex((word) => /^jest(\.js)?$/.test(basename(word)))
      const before = basename(program).startsWith('jest') ? [] : rest.slice(0, script)
      const after = options(rest.slice(before.length)).filter((word) => !/^--(coverage|watch|runInBand|maxWorkers)|^-[iw]$/.test(word))
      const own = ['--watchman=false', '--runInBand', ...after]
      return { argv: nodeServer('node', before, false), way: { framework, ...none, options: own } }
    }
    case 'pytest': {
      const module = rest[0] === '-m'
      const python = module ? program : 'python3'
      return { argv: pythonServer(python), way: { framework, ...none, here: module, options: options(rest.slice(module ? 2 : 0)) } }
    }
    case 'unittest': {
      const discover = rest.includes('discover') || rest.at(-1) === 'unittest'
      return { argv: pythonServer(program), way: { framework, ...none, here: true, discover } }
    }
    case 'cargo':
    case 'go':
    case 'mocha':
    case 'tap':
    case 'vitest':
      return undefined
  }
}

function pythonServer(python: string): Serving['argv'] {
  return (job) => [python, packageFile('warm/server.py'), job]
}

function nodeServer(node: string, before: string[], reporter: boolean): Serving['argv'] {
  const reporting = reporter ? [`--test-reporter=${packageFile('warm/node-reporter.mjs')}`, '--test-reporter-destination=stdout'] : []
  return (job) => [node, ...before, ...reporting, packageFile('warm/server.mjs'), job]
}

function forNode(word: string, index: number, words: string[]): boolean {
  return !word.startsWith('--test') && !(index > 0 && /^--test-(name|reporter|concurrency|timeout|shard)/.test(words[index - 1] ?? ''))
}
