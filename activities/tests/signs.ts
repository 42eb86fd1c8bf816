import { type Check, type TestReport } from '../../contract/checks.ts'
import { type ProductChange } from './facts.ts'
import { isTestFile } from './protected.ts'
import { isSigned } from './reporter.ts'

interface Sign {
  pattern: RegExp
  why: string
  /** Also in new test files, which have every other reason to name their runner. */
  anywhere?: true
  /** Only where no results are signed, so that the exit code decides. */
  exitCode?: true
}

const javaScript = /\.([cm]?[jt]sx?|vue|svelte)$/
const python = /\.py$/
const sources = /\.([cm]?[jt]sx?|vue|svelte|py|go|rs|rb|php|java|kt|swift|c|cc|cpp|h|hpp|cs|sh|pl|lua|exs?)$/

/** Whether a file is read for signs. */
export function isSource(path: string): boolean {
  return sources.test(path)
}

const replaces = 'It replaces a part of the test runner or of an assertion library.'
const reaches = 'It reaches into the test runner.'
const asks = 'It asks whether it is being tested.'
const loader = 'It reaches past its own modules into those of the test runner.'
const caller = 'It looks at who calls it, or at the source of its caller.'
const leaves = 'It ends the program with success, and the exit code decides about these tests.'

const inJavaScript: Sign[] = [
  {
    pattern: /(from|import|require\(|import\()\s*['"`](node:test(\/\w+)?|@jest\/\w+|jest(-\w+)?|vitest|mocha|chai|ava|expect)['"`/]/,
    why: reaches,
  },
  { pattern: /\b(JEST_WORKER_ID|NODE_TEST_CONTEXT|VITEST|VITEST_\w+|MOCHA_\w+|NODE_V8_COVERAGE)\b/, why: asks },
  { pattern: /NODE_ENV['"\]]*\s*[!=]==?\s*['"`]test|['"`]test['"`]\s*[!=]==?\s*process\.env/, why: asks },
  { pattern: /\btypeof\s+(jest|vi|describe|it|test|expect|beforeEach)\b/, why: asks },
  {
    pattern: /\b(globalThis|global)\s*(\??\.|\[\s*['"`])(expect|assert|test|it|describe|jest|vi|should|beforeEach|afterEach)\b/,
    why: reaches,
  },
  { pattern: /\basymmetricMatch\b|jest\.asymmetricMatcher|jest-matchers-object|JEST_STATE_SYMBOL|jest-symbol/, why: reaches },
  { pattern: /\b(jest|vi)\.(mock|doMock|spyOn|fn)\(/, why: reaches },
  { pattern: /\bexpect\.extend\(|\bchai\.(use|util|Assertion)\b|\bAssertion\.(prototype|overwrite)/, why: replaces, anywhere: true },
  { pattern: /\bassert(\.strict)?(\.\w+|\[[^\]]+\])\s*=[^=>]/, why: replaces, anywhere: true },
  {
    pattern:
      /\b(Object|Reflect)\.(assign|defineProperty|defineProperties|set|setPrototypeOf)\(\s*\(?(await )?(assert|expect|require\(['"](node:)?assert|import\(['"](node:)?assert)/,
    why: replaces,
    anywhere: true,
  },
  { pattern: /\bAssertionError\b.*\.prototype|\.AssertionError\s*=[^=]|\bsyncBuiltinESMExports\b/, why: replaces, anywhere: true },
  {
    pattern:
      /\brequire\.cache\b|\bModule\._\w+|\bmainModule\b|\bgetBuiltinModule\b|\bprocess\.(binding|_linkedBinding|dlopen)\b|\bmodule\.parent\b|\bmodule\.children\b/,
    why: loader,
    anywhere: true,
  },
  { pattern: /\brunIn(This|New)?Context\b|(from|require\(|import\()\s*['"`](node:)?(inspector|vm|v8|worker_threads)['"`/]/, why: loader },
  { pattern: /(from|require\(|import\()\s*['"`](node:)?module['"`]/, why: loader },
  { pattern: /\bnew Error\([^)]*\)\.stack\b|\bprepareStackTrace\b|\bgetCallSites?\b/, why: caller },
  { pattern: /\[Symbol\.hasInstance\][^]{0,60}?return true/, why: 'Everything is an instance of it.' },
  {
    pattern:
      /\bprocess\.(exit|reallyExit)\s*\(\s*0?\s*\)|\bprocess\.exitCode\s*=\s*0\b|\bprocess\.on(ce)?\(\s*['"](exit|beforeExit|uncaughtException|unhandledRejection)/,
    why: leaves,
    exitCode: true,
  },
]

const inPython: Sign[] = [
  { pattern: /^[ \t]*(import|from)[ \t]+(unittest|pytest|_pytest|pluggy|nose2?|doctest)\b/m, why: reaches },
  { pattern: /(__import__|import_module)\(\s*['"](unittest|_?pytest|pluggy)/, why: reaches },
  { pattern: /\bPYTEST_\w+\b|\b(unittest|_?pytest)['"]\s+(not\s+)?in\s+sys\.modules/, why: asks },
  { pattern: /\bsys\.(modules|meta_path|path_hooks|path_importer_cache)\b|\bimportlib\.(reload|machinery|abc)\b/, why: loader },
  {
    pattern: /\bTestCase\.\w+\s*=[^=]|\bsetattr\(\s*(unittest|_?pytest|\w*\.?TestCase|\w*\.?TestResult)\b|\b_pytest(\.\w+)+\s*=[^=]/,
    why: replaces,
    anywhere: true,
  },
  {
    pattern: /\bbuiltins\.\w+\s*=[^=]|\bsetattr\(\s*builtins\b|\b__builtins__\b/,
    why: 'It replaces a function of Python itself.',
    anywhere: true,
  },
  { pattern: /\bgc\.get_(objects|referrers|referents)\b|\bpythonapi\b|\b__closure__\b|\.__code__\s*=[^=]/, why: loader, anywhere: true },
  {
    pattern:
      /\bsys\.(_getframe|_current_frames|settrace|setprofile|addaudithook|monitoring)\b|\binspect\.(stack|currentframe|getsource|getouterframes|trace)\b|\btraceback\.(extract_stack|walk_stack|format_stack)\b|\bf_(globals|locals|back|lineno)\b/,
    why: caller,
  },
  {
    pattern:
      /def __(eq|ne|lt|le|gt|ge|contains|instancecheck|subclasscheck)__\([^)]*\)[^:\n]*:(\s*#.*)?\s+return (True|1)\b|\b__(eq|ne|lt|le|gt|ge|contains)__\s*=\s*lambda[^:]*:\s*(True|1)\b/,
    why: 'It compares as equal to anything.',
    anywhere: true,
  },
  {
    pattern: /\b(os\._exit|sys\.exit|exit|quit)\(\s*0?\s*\)|\braise SystemExit(\(\s*0?\s*\))?\s*$|\batexit\.register\b/m,
    why: leaves,
    exitCode: true,
  },
]

const everywhere: Sign[] = [
  {
    pattern: /\b(NODE_OPTIONS|PYTEST_ADDOPTS|PYTEST_PLUGINS|PYTHONSTARTUP)\b/,
    why: 'It sets or reads what the test runner is started with.',
  },
  { pattern: /\bloopwright[-_](report|pytest|run)\b/, why: 'It looks for the results of its own tests.', anywhere: true },
]

const inOthers: Sign[] = [
  { pattern: /\b(exit|_exit|_Exit|quick_exit|Exit|exit!)\s*\(\s*(0|EXIT_SUCCESS)?\s*\)/, why: leaves, exitCode: true },
]

/** Lines by which changed product code newly does what only serves to be tested; what a file did before is not counted. */
export function signsOf(changes: ProductChange[], baseline: Check[], format: TestReport['format']): NonNullable<TestReport['tampering']> {
  const named = testFilesOf(baseline)
  return changes.flatMap(({ path, before = '', after }) => {
    if (after === undefined) return []
    const test = isTestFile(path)
    const signs = [
      ...everywhere,
      ...(javaScript.test(path) ? inJavaScript : python.test(path) ? inPython : inOthers),
      ...(test || !named ? [] : [named]),
    ]
    const [old, young] = [withoutComments(before), withoutComments(after)]
    const found = signs.filter(
      ({ anywhere, exitCode, pattern }) =>
        (anywhere ?? !test) && (!exitCode || !isSigned(format)) && count(pattern, young) > count(pattern, old),
    )
    return found.map(({ pattern, why }) => ({ path, line: lineOf(pattern, old, young), why }))
  })
}

/** A sign that a file names one of the files that held tests in the baseline. */
function testFilesOf(baseline: Check[]): Sign | undefined {
  const names = [...new Set(baseline.flatMap(({ file }) => (file !== undefined && isTestFile(file) ? [file.split('/').at(-1) ?? ''] : [])))]
  const forms = names.flatMap((name) => [
    name,
    ...(name.endsWith('.py') && /test/.test(name) ? [`(?:import|from) +${name.slice(0, -3)}`] : []),
  ])
  const escaped = forms.map((form) => form.replaceAll('.', '\\.'))
  return escaped.length === 0
    ? undefined
    : { pattern: new RegExp(`(?<![\\w-])(${escaped.slice(0, 500).join('|')})\\b`), why: 'It names a file of the tests.' }
}

/** Whole lines that are comments become empty, so that line numbers stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/^[ \t]*(\/\/|#(?!!)|\*|\/\*).*$/gm, '')
}

function count(pattern: RegExp, text: string): number {
  return [...text.matchAll(new RegExp(pattern, `g${pattern.flags}`))].length
}

/** The line of the first match that stands on a line the file did not have. */
function lineOf(pattern: RegExp, before: string, after: string): number {
  const known = new Set(before.split('\n'))
  const lines = after.split('\n')
  const places = [...after.matchAll(new RegExp(pattern, `g${pattern.flags}`))].map(({ index }) => after.slice(0, index).split('\n').length)
  return places.find((line) => !known.has(lines[line - 1] ?? '')) ?? places[0] ?? 1
}
