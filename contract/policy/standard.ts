import { factScopes, memoryTools } from '../facts.ts'
import { type Policies, type Rule, type standardNames } from './policy.ts'

/** Files that do something on other machines, or to whoever works on the repository next. */
const elsewhere = [
  ...['.github/**', '.gitlab-ci.yml', '.circleci/**', '.gitea/**', '.forgejo/**', 'azure-pipelines.yml', 'Jenkinsfile'],
  ...['.husky/**', '.githooks/**', '**/.gitattributes', '**/.gitmodules', '.pre-commit-config.yaml', 'lefthook.yml'],
  ...['**/package.json', '**/.npmrc', '**/.yarnrc*', '**/Makefile', '**/GNUmakefile', '**/makefile', '.vscode/**', '.devcontainer/**'],
  ...['**/AGENTS.md', '**/CLAUDE.md', '.cursor/**', '.cursorrules'],
]

const tests = [
  ...['**/test/**', '**/tests/**', '**/__tests__/**', '**/spec/**', '**/specs/**', '**/__snapshots__/**', '**/*.test.*', '**/*.spec.*'],
  ...['**/*_test.*', '**/test_*.py', '**/conftest.py', '**/jest.config.*', '**/vitest.config.*', '**/pytest.ini', '**/tox.ini'],
]

/** Whatever changes the files of a workspace. */
const changes = { place: 'workspace', classes: ['content', 'once'] } as const satisfies Partial<Rule>

/** The rules that Loopwright brings along. */
export const standardRules: Record<Exclude<(typeof standardNames)[number], 'untrusted-and-private'>, Rule> = {
  edits: { name: 'edits', then: 'allow', place: 'workspace', classes: ['content'] },
  'allow-run': { name: 'allow-run', then: 'allow', place: 'workspace', tools: ['run'], given: 'allowRun' },
  registered: { name: 'registered', then: 'allow', place: 'worker' },
  'runs-elsewhere': {
    name: 'runs-elsewhere',
    then: 'ask',
    why: 'it changes a file that does something on other machines',
    ...changes,
    classes: [...changes.classes],
    paths: elsewhere,
  },
  'protected-tests': {
    name: 'protected-tests',
    then: 'ask',
    why: 'it changes a test',
    ...changes,
    classes: [...changes.classes],
    paths: tests,
  },
  'kept-facts': {
    name: 'kept-facts',
    then: 'ask',
    why: 'later runs would recall it',
    place: 'worker',
    tools: [memoryTools.remember],
    arguments: {
      type: 'object',
      properties: { scope: { enum: factScopes.filter((scope) => scope !== 'run') } },
      required: ['scope'],
    },
  },
}

/** What holds where nobody has written a policy: edits stay in a copy, commands need --allow-run, and registering a tool is the permission to use it. */
export const builtInPolicy: Policies = [
  { standard: ['edits', 'allow-run', 'registered', 'kept-facts', 'untrusted-and-private'], tags: {}, rules: [] },
]
