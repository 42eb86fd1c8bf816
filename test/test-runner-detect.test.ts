import { expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detect } from '../activities/tests/detect.ts'
import { reportingOf } from '../activities/tests/reports/place.ts'
import { testEnvironment } from '../activities/tests/environment.ts'
import { inFolder } from './fixtures/tests/folder.ts'

const scripts = {
  test: 'jest --ci',
  unit: 'tsc && cross-env NODE_ENV=test node --experimental-vm-modules node_modules/jest/bin/jest.js "src/**"',
  node: 'node --import tsx --test',
  wrapped: 'c8 node --test',
  python: 'python3 -m pytest -q',
  chained: 'npm run test',
  ended: 'jest -- src',
  other: 'eslint .',
  mocha: 'c8 mocha -r x',
  vitest: 'tsc && vitest run',
  ava: 'ava',
  rust: 'cargo test',
  loop: 'npm run loop',
  unittest: 'python3 -m unittest',
}

const commands: [string, string, string | undefined][] = [
  ['jest', 'jest', 'jest ADDED'],
  ['jest -- src', 'jest', 'jest ADDED -- src'],
  ['node_modules/.bin/jest src', 'jest', 'node_modules/.bin/jest src ADDED'],
  ['npx --no-install jest src', 'jest', 'npx --no-install jest src ADDED'],
  ['npm test', 'jest', 'npm test -- ADDED'],
  ['npm t', 'jest', 'npm t -- ADDED'],
  ['npm test -- src', 'jest', 'npm test -- src ADDED'],
  ['npm run unit', 'jest', 'npm run unit -- ADDED'],
  ['npm run chained', 'jest', 'npm run chained -- -- ADDED'],
  ['npm run ended', 'jest', undefined],
  ['npm exec jest', 'jest', 'npm exec jest -- ADDED'],
  ['yarn test', 'jest', 'yarn test ADDED'],
  ['yarn jest', 'jest', 'yarn jest ADDED'],
  ['pnpm run unit', 'jest', 'pnpm run unit ADDED'],
  ['pnpm exec jest', 'jest', 'pnpm exec jest ADDED'],
  ['yarn chained', 'jest', 'yarn chained -- ADDED'],
  ['node --test', 'node', 'node --test ADDED'],
  ['node --import tsx --test a.ts', 'node', undefined],
  ['npm run node', 'node', undefined],
  ['npm run wrapped', 'node', undefined],
  ['pytest -q', 'pytest', undefined],
  ['python3.11 -X dev -m pytest', 'pytest', undefined],
  ['uv run pytest', 'pytest', undefined],
  ['npm run python', 'pytest', undefined],
  ['python3 -m unittest discover', 'unittest', undefined],
]

const reporting: [string, string, string | undefined][] = [
  ['npx vitest run src', 'vitest', 'npx vitest run src --reporter=default --reporter=junit --outputFile.junit=/place/junit.xml'],
  ['npm run vitest', 'vitest', 'npm run vitest -- --reporter=default --reporter=junit --outputFile.junit=/place/junit.xml'],
  ['npm run mocha', 'mocha', 'npm run mocha -- --reporter xunit --reporter-option output=/place/junit.xml'],
  [
    'node node_modules/mocha/bin/mocha.js a',
    'mocha',
    'node node_modules/mocha/bin/mocha.js a --reporter xunit --reporter-option output=/place/junit.xml',
  ],
  ['go test ./... -run A', 'go', 'go test -json ./... -run A'],
  ['go test -json ./...', 'go', 'go test -json ./...'],
  ['cargo +nightly test --workspace', 'cargo', 'cargo +nightly test --workspace'],
  ['npm run rust', 'cargo', 'npm run rust'],
  ['npm run ava', 'tap', 'npm run ava -- --tap'],
  ['tape test/*.js', 'tap', 'tape test/*.js'],
]

test.each(reporting)('%s runs %s, and reports as %s', async (command, framework, words) => {
  await inFolder({ 'package.json': JSON.stringify({ scripts }) }, async (folder) => {
    const detected = await detect(command.split(' '), folder)
    expect(detected?.framework).toBe(framework)
    expect(reportingOf(command.split(' '), detected!, '/place')).toMatchObject({ format: framework, argv: words?.split(' ') })
  })
})

test.each(commands)('%s runs %s, and takes more words as %s', async (command, framework, appended) => {
  await inFolder({ 'package.json': JSON.stringify({ scripts }) }, async (folder) => {
    const detected = await detect(command.split(' '), folder)
    expect(detected?.framework).toBe(framework)
    if (framework === 'jest') expect(detected?.append(['ADDED'])?.join(' ')).toBe(appended)
  })
})

test.each([
  'eslint .',
  'npm run other',
  'go vet',
  'node tools/go test',
  'cargo build',
  'cargo test -q',
  'cargo test -- --format terse',
  'vitest bench',
  'npm run loop',
  'npm run missing',
  'npm install',
  'npm run unittest',
  'npm test --workspaces',
  'npm --prefix web test',
  'pnpm -r test',
  'node check.js --test',
  'make test',
  'python3 check.py -m pytest',
])('%s is no framework that is known', async (command) => {
  await inFolder({ 'package.json': JSON.stringify({ scripts }) }, async (folder) => {
    expect(await detect(command.split(' '), folder)).toBeUndefined()
  })
})

test('a package.json that is missing or broken is no reason to fail', async () => {
  await inFolder({}, async (folder) => expect(await detect(['npm', 'test'], folder)).toBeUndefined())
  await inFolder({ 'package.json': '{' }, async (folder) => expect(await detect(['npm', 'test'], folder)).toBeUndefined())
})

test('a pytest in the cache is on the path of Python, behind what is added', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'cache-'))
  try {
    const folders = { home: '/home', temporary: '/tmp' }
    expect(testEnvironment({ LOOPWRIGHT_CACHE: cache }, folders)['PYTHONPATH']).toBeUndefined()
    await mkdir(join(cache, 'python', 'pytest'), { recursive: true })
    const added = testEnvironment(
      { LOOPWRIGHT_CACHE: cache },
      folders,
      { PYTHONPATH: '/reporter' },
      { PYTHONPATH: '/tracer', NODE_OPTIONS: '--a' },
    )
    expect(added).toMatchObject({ PYTHONPATH: `/tracer:/reporter:${join(cache, 'python')}`, NODE_OPTIONS: '--a' })
  } finally {
    await rm(cache, { recursive: true })
  }
})

test('the running node is the first on the path, and a path that has it first stays as it is', async () => {
  const other = await mkdtemp(join(tmpdir(), 'node-'))
  try {
    await writeFile(join(other, 'node'), '#!/bin/sh\n', { mode: 0o755 })
    const own = join(process.execPath, '..')
    const path = (value: string) => testEnvironment({ PATH: value }, { home: '/', temporary: '/' })['PATH']
    expect(path(`${other}:${own}`)).toBe(`${own}:${other}:${own}`)
    expect(path(`/nowhere:${own}:${other}`)).toBe(`/nowhere:${own}:${other}`)
  } finally {
    await rm(other, { recursive: true })
  }
})
