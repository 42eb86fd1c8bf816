import { expect, test } from '@jest/globals'
import { CommandRefused, splitCommand } from '../contract/command.ts'
import { runProcess } from '../activities/process.ts'

const accepted: [string, string[]][] = [
  ['npm test', ['npm', 'test']],
  ['  npm \t test  ', ['npm', 'test']],
  ['npm test\n', ['npm', 'test']],
  [`node -e 'console.log("a b")'`, ['node', '-e', 'console.log("a b")']],
  [
    'python3 -m pytest "tests/test a.py::test_x[1]" -k \'a and not b\'',
    ['python3', '-m', 'pytest', 'tests/test a.py::test_x[1]', '-k', 'a and not b'],
  ],
  ['run a\\ b \\* "\\$HOME" "a\\nb" \'a\\b\'', ['run', 'a b', '*', '$HOME', 'a\\nb', 'a\\b']],
  [`run ''  "" a""b 'it'\\''s'`, ['run', '', '', 'ab', "it's"]],
  ['run --flag=a=b VAR=x a#b a~b', ['run', '--flag=a=b', 'VAR=x', 'a#b', 'a~b']],
  ['"line one\nline two"', ['line one\nline two']],
]

test.each(accepted)('%j is split as a shell splits it', async (text, argv) => {
  expect(splitCommand(text)).toEqual(argv)
  const shell = await runProcess(['sh', '-c', `set -- ${text.trim()}\nfor word; do printf '%s\\0' "$word"; done`], {
    cwd: '/',
    environment: {},
    timeoutMilliseconds: 10_000,
  })
  expect(shell.stdout.toString().split('\0').slice(0, -1)).toEqual(argv)
})

const refused: [string, string][] = [
  ['npm test | tee log', '`|`'],
  ['npm test && echo', '`&&`'],
  ['npm test || true', '`||`'],
  ['npm test & ', '`&`'],
  ['npm test; true', '`;`'],
  ['npm test > log', '`>`'],
  ['npm test 2>&1', '`>`'],
  ['npm test < input', '`<`'],
  ['echo $(id)', '`$(`'],
  ['echo "$(id)"', '`$(`'],
  ['echo `id`', '``'],
  ['echo "`id`"', '``'],
  ['echo $HOME', '`$`'],
  ['(npm test)', '`(`'],
  ['node --test test/*.js', '`*`'],
  ['node --test test/?.js', '`?`'],
  ['pytest test_a.py::test[1]', '`[`'],
  ['CI=1 npm test', '`CI=`'],
  ['npm test\nnpm run lint', 'newline'],
  ['npm \\\n test', 'newline'],
  ['npm test # all', '`#`'],
  ['~/run', '`~`'],
]

test.each(refused)('%j is refused, and the sentence names %s', (text, operator) => {
  const refusal = refusalOf(text)
  expect(refusal).toBeInstanceOf(CommandRefused)
  expect(refusal.message).toContain(operator)
  expect(refusal.message).toContain('script file')
  expect(refusal.message).not.toContain('\n')
})

test.each(['', '   ', `echo 'a`, 'echo "a', 'echo a\\', 'echo \0'])('%j is no command, and the sentence says what to do', (text) => {
  expect(refusalOf(text)).toBeInstanceOf(CommandRefused)
})

function refusalOf(text: string): Error {
  try {
    splitCommand(text)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error(`${JSON.stringify(text)} was not refused`)
}
