import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type FaultyProgram } from '../program.ts'

/** The Python programs of a clone of jkoppel/QuixBugs, each with its one fault, its tests, and two of five examples held back where it has examples. */
export async function quixbugs(folder: string): Promise<FaultyProgram[]> {
  const tests = (await readdir(join(folder, 'python_testcases'))).filter((name) => name.startsWith('test_')).sort()
  return Promise.all(tests.map((test) => programOf(folder, basename(test, '.py').slice('test_'.length))))
}

async function programOf(folder: string, name: string): Promise<FaultyProgram> {
  const text = (path: string) => readFile(join(folder, path), 'utf8')
  const file = `python_programs/${name}.py`
  const examples = await text(`json_testcases/${name}.json`).catch(() => undefined)
  const lines = (examples ?? '').split('\n').filter((line) => line.trim() !== '')
  const held = (index: number) => lines.length >= 3 && (index % 5 === 1 || index % 5 === 3)
  const data = (chosen: string[]) => (examples === undefined ? {} : { [`json_testcases/${name}.json`]: `${chosen.join('\n')}\n` })
  return {
    name: `QuixBugs/${name}`,
    language: 'Python',
    kind: 'real',
    file,
    right: await text(`correct_python_programs/${name}.py`),
    files: {
      [file]: await text(file),
      'python_programs/node.py': await text('python_programs/node.py'),
      'tests/node.py': await text('python_testcases/node.py'),
      'tests/load_testdata.py': await text('python_testcases/load_testdata.py'),
      [`tests/test_${name}.py`]: await text(`python_testcases/test_${name}.py`),
      'conftest.py': 'import pytest\n\npytest.use_correct = False\npytest.run_slow = False\n',
      ...data(lines.filter((_, index) => !held(index))),
    },
    hidden: data(lines.filter((_, index) => held(index))),
    command: ['python3', '-m', 'pytest', '-q'],
  }
}
