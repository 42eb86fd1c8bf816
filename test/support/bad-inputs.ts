import { type makeBadRepositories } from './bad-repositories.ts'

/** What is typed, and how it must be answered. */
export interface BadInput {
  name: string
  repo?: keyof ReturnType<typeof makeBadRepositories>
  /** The test command. */
  test?: string
  /** Words after them. */
  words?: string[]
  /** Words in place of all of them. */
  instead?: string[]
  code: number
  says: RegExp
  next: RegExp
  /** Also asked for as JSON: the kind of the value that tells the sentence. */
  kind?: 'error' | 'ended'
}
type Typed = Pick<BadInput, 'repo' | 'test' | 'words' | 'instead' | 'kind'>

const ends = (code: number) => (name: string, typed: Typed, says: RegExp, next: RegExp) => ({ name, ...typed, code, says, next })
const accepted = ends(0)
const failed = ends(1)
const stopped = ends(2)
/** Refused before a run is started. */
const refused = (name: string, words: string[], says: RegExp, more: Typed = {}) =>
  failed(name, { words, ...more }, says, /^Next: loopwright (start testAndFix )?--help$/m)

const show = /^Next: loopwright why testAndFix-\w+$/m
const pathNext = /^Next: Check the path of the repository\.$/m
const nameTests = /^Next: Name the command that runs the tests with --test\.$/m
const correct = /^Next: Correct the test command, then start again\.$/m
const install = /^Next: Install .* or name another test command, then start again\.$/m
const doctor = /^Next: loopwright doctor$/m
const withModel = (name: string) => ({ words: ['--models', name, '--attempts', '1'] })
const idle = withModel('played/idle')

/** The slow ones first. */
export const badInputs: BadInput[] = [
  stopped(
    '50 MB of output are cut off past 20 MB',
    { repo: 'loud', test: 'node loud.js', ...idle },
    /^■ stopped \(attempts\) .*node loud\.js \(The command printed more than 20 MB and was stopped\)\.$/m,
    show,
  ),
  stopped(
    'tests that hang past the limit are stopped',
    { repo: 'hanging', test: 'node hang.js', words: ['--minutes', '0.05'] },
    /^■ stopped \(minutes\) after 0 attempts: The run has used its 0\.05 minutes of working time; time lost to a killed worker counts\.$/m,
    show,
  ),
  stopped(
    'binary and non-UTF-8 output of a command that fails',
    { repo: 'noisyAndFailing', test: 'node noise.js', ...idle },
    /^■ stopped \(attempts\) .*node noise\.js \(The command ended with exit code 1\)\.$/m,
    show,
  ),
  accepted(
    'binary and non-UTF-8 output of a command that passes',
    { repo: 'noisy', test: 'node noise.js' },
    /^✓ accepted after 0 attempts: Nothing was wrong/m,
    show,
  ),
  accepted('tests that are green already', { repo: 'green' }, /^✓ accepted after 0 attempts: Nothing was wrong/m, show),

  failed(
    'a folder that is not there',
    { repo: 'missing', kind: 'ended' },
    /^✗ failed: There is no folder \S+nowhere; nothing was changed\.$/m,
    pathNext,
  ),
  failed(
    'a relative path to nothing',
    { instead: ['run', 'testAndFix', '--repo', '../no/../such/./place', '--test', 'npm test'] },
    /^✗ failed: There is no folder \/\S*\/such\/place; nothing was changed\.$/m,
    pathNext,
  ),
  failed('a file instead of a folder', { repo: 'file' }, /^✗ failed: \S+file\.txt is not a folder; nothing/m, /^Next: Give the folder/m),
  failed('a folder that is no repository', { repo: 'plain' }, /^✗ failed: \S+ is not a git repository; nothing/m, /^Next: Run `git init`/m),
  failed(
    'a subfolder of a repository',
    { repo: 'subfolder' },
    /^✗ failed: \S+src is only a subfolder of the repository/m,
    /^Next: Give \S+ as the repository\.$/m,
  ),
  failed(
    'a repository without a commit',
    { repo: 'empty' },
    /^✗ failed: \S+ has no commit yet; nothing/m,
    /^Next: Commit something first/m,
  ),
  failed('uncommitted changes', { repo: 'dirty' }, /^✗ failed: \S+ has uncommitted changes: sum\.js; nothing/m, /^Next: Commit, stash or/m),

  failed('a command that is not there', { test: 'no-such-program --all' }, /^✗ failed: .*`no-such-program` was not found/m, install),
  failed('a script that is not there', { test: 'npm run nothing' }, /^✗ failed: .*package\.json has no script nothing\. /m, install),
  failed('a module that is not there', { test: 'python3 -m nothing_here' }, /^✗ failed: .*No module named nothing_here\. /m, install),
  failed('a shell operator', { test: 'npm test | tee log' }, /^✗ failed: The command uses the shell operator `\|`, /m, correct),
  failed('a quote left open', { test: "npm test 'x" }, /^✗ failed: The command opens a quote \('\) that it never closes/m, correct),
  failed('a blank command', { test: '  ' }, /^✗ failed: The command is empty: name the program/m, correct),
  failed(
    'node finds no tests',
    { repo: 'testless', test: 'node --test' },
    /^✗ failed: `node --test` ran no test \(node\), so nothing could be verified\. Nothing was changed\.$/m,
    nameTests,
  ),
  failed('npm test finds no tests', { repo: 'testless' }, /^✗ failed: `npm test` ran no test \(node\)/m, nameTests),
  failed(
    'pytest finds no tests',
    { repo: 'testless', test: 'python3 -m pytest' },
    /^✗ failed: `python3 -m pytest` ran no test \(pytest\)/m,
    nameTests,
  ),

  failed(
    'an unknown workflow',
    { instead: ['run', 'fixAll', '--input', '{}'] },
    /^✗ failed: There is no workflow fixAll .*; there is .*testAndFix\. Nothing was changed\.$/m,
    /^Next: loopwright run --help$/m,
  ),
  failed(
    'input that is not JSON',
    { instead: ['run', 'testAndFix', '--input', '{"repo":'] },
    /^error: --input is not a JSON object$/m,
    /^Next: give an object, for example/m,
  ),
  refused('input with an unknown field', [], /^error: .*"modle"$/m, {
    instead: ['run', 'testAndFix', '--input', '{"repo":"/x","test":"y","modle":"z"}'],
  }),
  refused('an empty command', [], /^error: input cannot be used: test: it is empty: name the command/m, { test: '' }),
  refused('an unknown option', ['--attemps', '3'], /^error: unknown option '--attemps' \(Did you mean --attempts\?\)$/m),
  refused('no attempts', ['--attempts', '0'], /^error: .*limits\.attempts: it must be over 0, not 0$/m, { kind: 'error' }),
  refused('negative dollars', ['--dollars', '-1'], /^error: .*limits\.dollars: it must be over 0, not -1$/m),
  refused('a limit that is NaN', ['--tokens', 'NaN'], /^error: .*limits\.tokens: it must be a number, not "NaN"$/m),
  refused('a limit that is Infinity', ['--minutes', 'Infinity'], /^error: .*limits\.minutes: it must be a number, not "Infinity"$/m),
  refused('a limit over all numbers', ['--minutes', '1e999'], /^error: .*limits\.minutes: it must be a number, not Infinity$/m),
  refused('an unknown fallback', ['--fallback', 'pray'], /^error: .*fallback\.0: human, best, fail, or a model .*, not "pray"$/m),
  refused('a model without a provider', ['--models', 'gpt-5'], /^error: .*a model is written provider\/model, .*, not "gpt-5"$/m),

  failed(
    'a provider that is not configured',
    withModel('acme/large'),
    /^✗ failed: There is no provider acme: set LOOPWRIGHT_PROVIDER_ACME_URL/m,
    /^Next: Set LOOPWRIGHT_PROVIDER_ACME_URL/m,
  ),
  failed(
    'a key that is not set',
    { ...withModel('openai/gpt-5-mini'), kind: 'ended' },
    /^✗ failed: openai\/gpt-5-mini needs a key in OPENAI_API_KEY, which is not set/m,
    /^Next: Set OPENAI_API_KEY .* --models builtin\/repair\.$/m,
  ),
  failed(
    'a price that nobody knows',
    withModel('far/nobody-knows'),
    /^✗ failed: Nobody knows the price of far\/nobody-knows, .*dollars to "none" .*, or give its price in \S+models\.json/m,
    /^Next: Give a price in \S+models\.json, or set the limit dollars to "none"\.$/m,
  ),
  stopped('a wrong key', withModel('played/wrong-key'), /^■ stopped .*not accept the key in LOOPWRIGHT_PROVIDER_PLAYED_KEY/m, doctor),
  stopped('a wrong model', withModel('played/no-such-model'), /^■ stopped \(model\) .* has no model no-such-model, /m, doctor),
]
