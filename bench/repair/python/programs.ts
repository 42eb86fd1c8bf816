import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { Dice } from '../dice.ts'
import { type WorkingProgram } from '../program.ts'
import { askPython } from './ask.ts'

const longestLines = 200
const leftOut =
  /^(machine_learning|neural_network|computer_vision|digital_image|quantum|web_programming|scripts|docs|graphics|project_euler)\b/
const standard =
  /^(math|collections|itertools|functools|re|string|typing|random|bisect|heapq|operator|decimal|fractions|statistics|dataclasses|enum|__future__|collections\.abc|copy|sys|timeit|doctest|time)$/
const Faults = z.array(z.object({ kind: z.string(), text: z.string() }))
const Tests = z.object({ shown: z.string(), hidden: z.string(), count: z.int() }).nullable()

/** The files of a clone of TheAlgorithms/Python that need only the standard library and have doctests to make tests of, in a seeded order. */
export async function* pythonPrograms(folder: string, seed: string): AsyncGenerator<WorkingProgram> {
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.py') && !leftOut.test(path)).sort()
  for (const path of new Dice(`${seed} Python`).shuffled(files)) {
    const right = await readFile(join(folder, path), 'utf8')
    const program = suited(right) ? await programOf(path, right, seed).catch(() => undefined) : undefined
    if (program) yield program
  }
}

function suited(source: string): boolean {
  const modules = [...source.matchAll(/^\s*(?:from\s+([\w.]+)\s+import|import\s+([\w.]+))/gm)].map((match) => match[1] ?? match[2] ?? '')
  const ascii = !/[^\n\t -~]/.test(source)
  return (
    ascii &&
    source.split('\n').length <= longestLines &&
    modules.every((name) => standard.test(name)) &&
    !/^[^#\n]*\binput\(|random\./m.test(source)
  )
}

async function programOf(path: string, right: string, seed: string): Promise<WorkingProgram | undefined> {
  const module = basename(path, '.py')
  if (/^test_|_test$|^__|^\d/.test(module) || !/^[A-Za-z_]\w*$/.test(module)) return undefined
  const tests = Tests.parse(await askPython('doctests.py', { module, source: right }))
  if (!tests) return undefined
  const dice = new Dice(`${seed} ${path}`)
  const faults = Faults.parse(await askPython('plant.py', { source: right, seed: `${seed} ${path}`, count: 12 }))
  const file = `${module}.py`
  return {
    name: path.replace(/\.py$/, ''),
    language: 'Python',
    file,
    right,
    files: { [file]: right, [`test_${module}.py`]: tests.shown },
    hidden: { [`test_${module}.py`]: tests.hidden },
    command: dice.below(2) === 0 ? ['python3', '-m', 'pytest', '-q'] : ['python3', '-m', 'unittest'],
    faults,
  }
}
