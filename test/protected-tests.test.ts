import { expect, test } from '@jest/globals'
import { type Change, protectedFiles, type ProtectionFacts } from '../activities/tests/protected.ts'

const packageJson = (value: object) => JSON.stringify(value)

function whyOf(change: Change, facts: Partial<ProtectionFacts> = {}, others: Change[] = []): string | undefined {
  const known: ProtectionFacts = { command: ['npm', 'test'], testFiles: [], base: {}, commit: {}, ...facts }
  return protectedFiles([change, ...others], known).find(({ path }) => path === change.path)?.why
}

const heldTests = [
  'test/prices.js',
  'tests/prices.py',
  'tests/unit/deep/prices.rs',
  'packages/a/test/fixtures/input.json',
  'tests/data/table.txt',
  'src/__tests__/prices.ts',
  'spec/prices_spec.rb',
  'src/prices.test.ts',
  'src/prices.spec.tsx',
  'src/prices.test.mjs',
  'prices_test.go',
  'pkg/prices_test.py',
  'test_prices.py',
  'app/test_prices.py',
  'src/test.js',
  'src/test-prices.js',
  'src/prices-test.js',
  'src/PricesTest.java',
  'app/tests.py',
]

test.each(heldTests)('changing or deleting %s is reported', (path) => {
  expect(whyOf({ path, change: 'changed' })).toMatch(/tests/)
  expect(whyOf({ path, change: 'deleted' })).toMatch(/tests/)
})

test.each(heldTests)('adding %s is allowed', (path) => {
  expect(whyOf({ path, change: 'added' })).toBeUndefined()
})

const ordinary = [
  'src/prices.ts',
  'src/testing.ts',
  'src/contest.py',
  'latest.js',
  'src/attest/index.js',
  'protest.py',
  'src/spectrum.js',
  'README.md',
  'docs/testing.md',
  'tsconfig.json',
  'package-lock.json',
  'requirements.txt',
  'src/index.js',
  'lib/unit.py',
  'src/environment.ts',
  'src/jester.ts',
  'Makefile',
  'app/pytest_helpers.py',
  'app/models/coverage.py',
  '.gitignore',
]

test.each(ordinary)('%s is ordinary code, whatever happens to it', (path) => {
  for (const change of ['changed', 'deleted', 'added'] as const) expect(whyOf({ path, change })).toBeUndefined()
})

const always = [
  'jest.config.js',
  'jest.config.ts',
  'packages/a/jest.config.cjs',
  'jest.unit.config.js',
  'jest.setup.ts',
  'vitest.config.mts',
  'vite.config.ts',
  'src/setupTests.js',
  'ava.config.js',
  'playwright.config.ts',
  '.mocharc.yml',
  '.mocharc',
  'test/mocha.opts',
  '.babelrc',
  'babel.config.json',
  '.swcrc',
  'pytest.ini',
  '.pytest.ini',
  'tox.ini',
  'setup.cfg',
  'conftest.py',
  'tests/unit/conftest.py',
  'sitecustomize.py',
  'src/usercustomize.py',
  'vendor/hook.pth',
  '.npmrc',
  '.yarnrc.yml',
  '.pnp.cjs',
  '.python-version',
  '.env',
  '.env.test',
  'node_modules/jest/index.js',
  'packages/a/node_modules/left-pad/index.js',
  'pytest.py',
  'unittest.py',
  'unittest/__init__.py',
  '_pytest/runner.py',
  'src/pytest.py',
  'tests/unittest.py',
  'traceback.py',
  'jest.js',
  'npx',
  '__mocks__/axios.js',
  'src/__mocks__/clock.ts',
  'tests/__init__.py',
]

test.each(always)('%s is reported even when it is new', (path) => {
  for (const change of ['changed', 'deleted', 'added'] as const) expect(whyOf({ path, change })).toMatch(/^[A-Z].*\.$/)
})

test('a snapshot is reported unless its test is new too', () => {
  const snapshot: Change = { path: 'src/__snapshots__/page.test.js.snap', change: 'added' }
  expect(whyOf(snapshot)).toMatch(/compare/)
  expect(whyOf(snapshot, {}, [{ path: 'src/page.test.js', change: 'added' }])).toBeUndefined()
  expect(whyOf({ ...snapshot, change: 'changed' })).toMatch(/compare/)
})

const named: [string, string[], string, string | undefined][] = [
  ['a script file', ['./check.sh'], 'check.sh', undefined],
  ['a file of Python', ['python3', 'tools/check.py', '--fast'], 'tools/check.py', undefined],
  ['a module of Python', ['python3', '-m', 'tools.check'], 'tools/check.py', undefined],
  ['a package of Python', ['python3', '-m', 'checks'], 'checks/__main__.py', undefined],
  ['a file without its ending', ['node', 'tools/check'], 'tools/check.js', undefined],
  ['a folder with an index', ['node', '--no-warnings', './checks/'], 'checks/index.js', undefined],
  ['one test of pytest', ['pytest', 'checks/prices.py::test_a'], 'checks/prices.py', undefined],
  ['a configuration file', ['jest', '--config=tools/check.json'], 'tools/check.json', undefined],
  ['a set-up file', ['mocha', '-r', './tools/prepare', 'all'], 'tools/prepare.js', undefined],
  ['the file of a script', ['npm', 'test'], 'tools/check.js', 'node tools/check.js --all'],
  ['a wildcard of a script', ['npm', 'run', 'test'], 'checks/a/b.js', "NODE_ENV=test node --test 'checks/**/*.js'"],
  ['the second command of a script', ['yarn', 'test'], 'tools/check.js', 'tsc && node tools/check.js'],
]

test.each(named)('%s that the command names is reported', (_what, command, path, script) => {
  const base = { 'package.json': packageJson({ scripts: { test: script } }) }
  expect(whyOf({ path, change: 'changed' }, { command, base })).toMatch(/command runs/)
  expect(whyOf({ path: `other/${path}`, change: 'changed' }, { command, base })).toBeUndefined()
})

test('a script that runs before the tests, and one that a script calls, name files too', () => {
  const base = {
    'package.json': packageJson({ scripts: { pretest: 'node tools/prepare.js', test: 'npm run all -- --ci', all: 'node tools/all.js' } }),
  }
  for (const path of ['tools/prepare.js', 'tools/all.js']) expect(whyOf({ path, change: 'changed' }, { base })).toMatch(/command runs/)
})

test('a folder that the command names is not reported as a whole', () => {
  expect(whyOf({ path: 'src/index.js', change: 'changed' }, { command: ['npx', 'jest', 'src'] })).toBeUndefined()
})

test('a file that held tests in the baseline is reported wherever it lies', () => {
  expect(whyOf({ path: 'checks/prices.js', change: 'deleted' }, { testFiles: ['checks/prices.js'] })).toMatch(/tests/)
})

test('what a build tool reads is reported when it runs the tests', () => {
  expect(whyOf({ path: 'Makefile', change: 'changed' }, { command: ['make', 'check'] })).toMatch(/make/)
  expect(whyOf({ path: 'go.mod', change: 'changed' }, { command: ['go', 'test', './...'] })).toMatch(/go/)
})

test('tsconfig.json is reported when the tests are compiled with it', () => {
  const base = { 'package.json': packageJson({ devDependencies: { 'ts-jest': '29' } }) }
  expect(whyOf({ path: 'tsconfig.json', change: 'changed' }, { base })).toMatch(/compiled/)
  expect(whyOf({ path: 'tsconfig.test.json', change: 'added' }, { base })).toMatch(/compiled/)
})

test('files that the configuration of the tests names are reported', () => {
  const jest = { setupFiles: ['<rootDir>/tools/prepare.js'], globalSetup: './tools/global' }
  const base = { 'package.json': packageJson({ jest }), 'vitest.config.ts': "export default { test: { setupFiles: 'tools/vi.ts' } }" }
  for (const path of ['tools/prepare.js', 'tools/global.ts', 'tools/vi.ts'])
    expect(whyOf({ path, change: 'changed' }, { base })).toMatch(/names/)
  expect(whyOf({ path: 'tools/other.js', change: 'changed' }, { base })).toBeUndefined()
})

const before = { name: 'a', version: '1.0.0', scripts: { test: 'jest' }, jest: { bail: true }, dependencies: { b: '1' } }
const keys: [string, object, boolean][] = [
  ['scripts', { ...before, scripts: { test: 'true' } }, true],
  ['a new script', { ...before, scripts: { test: 'jest', pretest: 'rm test/a.js' } }, true],
  ['jest', { ...before, jest: {} }, true],
  ['dependencies', { ...before, dependencies: {} }, true],
  ['devDependencies', { ...before, devDependencies: { jest: '1' } }, true],
  ['overrides', { ...before, overrides: { jest: '1' } }, true],
  ['version', { ...before, version: '2.0.0' }, false],
  ['exports', { ...before, exports: './src/index.js' }, false],
  ['order alone', Object.fromEntries(Object.entries(before).toReversed()), false],
]

test.each(keys)('a change of %s in package.json is judged by its key', (_key, after, reported) => {
  for (const path of ['package.json', 'packages/a/package.json']) {
    const facts = { base: { [path]: packageJson(before) }, commit: { [path]: packageJson(after) } }
    expect(whyOf({ path, change: 'changed' }, facts) !== undefined).toBe(reported)
  }
})

test('a package.json that is deleted or no longer JSON is reported', () => {
  const base = { 'package.json': packageJson(before) }
  expect(whyOf({ path: 'package.json', change: 'deleted' }, { base })).toMatch(/scripts/)
  expect(whyOf({ path: 'package.json', change: 'changed' }, { base, commit: { 'package.json': '{' } })).toMatch(/scripts/)
})

const project = '[project]\nname = "a"\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n\n[tool.ruff]\nline-length = 80\n'
const projects: [string, string | undefined, boolean][] = [
  ['another test path', project.replace('"tests"', '"none"'), true],
  ['a new option', project.replace('[tool.ruff]', 'addopts = "--deselect x"\n[tool.ruff]'), true],
  ['a dotted key', `tool.pytest.ini_options.addopts = "-k x"\n${project}`, true],
  ['a deleted file', undefined, true],
  ['another name', project.replace('"a"', '"b"'), false],
  ['other tools', project.replace('80', '100'), false],
]

test.each(projects)('pyproject.toml with %s is judged by its pytest settings', (_what, after, reported) => {
  const facts = { base: { 'pyproject.toml': project }, commit: { 'pyproject.toml': after } }
  expect(whyOf({ path: 'pyproject.toml', change: 'changed' }, facts) !== undefined).toBe(reported)
})
