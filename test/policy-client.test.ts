import { expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backTest, explain, lint, openRunFile, readPolicyFiles } from '../client/index.ts'
import { Policy } from '../contract/policy/policy.ts'

jest.setTimeout(120_000)

const histories = fileURLToPath(new URL('./histories/', import.meta.url))
const executions = (name: string) => join(histories, name, 'execution-1.json')
const traceOf = async (run: string) => (await openRunFile(executions(run))).trace('')
const folder = mkdtempSync(join(tmpdir(), 'loopwright-policies-'))
const file = (name: string, policy: unknown) => {
  const path = join(folder, name)
  writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy))
  return path
}
const edits = { name: 'sources', then: 'allow', tools: ['edit'], paths: ['src/**'] }

test('a policy is explained by the rule that decides, with every other that the call fits', () => {
  const policies = [
    Policy.parse({
      rules: [
        { name: 'all', then: 'allow' },
        { name: 'keys', then: 'deny', why: 'keys stay', paths: ['keys/**'], tools: ['read'] },
      ],
    }),
  ] as const
  expect(explain([...policies], { tool: 'read', arguments: { path: 'keys/a' } })).toMatchObject({
    then: 'deny',
    rule: 'keys',
    why: 'keys stay',
    fitting: [
      { rule: 'all', then: 'allow', fit: 'yes' },
      { rule: 'keys', then: 'deny', fit: 'yes' },
    ],
  })
  expect(explain([...policies], { tool: 'mail', tags: ['acts_outside'], seen: ['reads_private', 'reads_untrusted'] })).toMatchObject({
    then: 'ask',
    rule: 'untrusted-and-private',
  })
})

test.each<[string, object[], string]>([
  [
    'an allow under a deny',
    [{ ...edits }, { name: 'no', then: 'deny', tools: ['e*'] }],
    'sources: it never holds: no denies every call of it',
  ],
  [
    'an allow under an ask',
    [{ ...edits }, { name: 'who', then: 'ask', paths: ['**'], tools: ['edit'] }],
    'sources: it never allows anything by itself: who asks about every call of it',
  ],
  ['a rule twice', [{ ...edits, name: 'wide', paths: ['**'] }, edits], 'sources: it says nothing more than wide'],
  ['an unknown tool', [{ ...edits, tools: ['edti'] }], 'sources: no known tool is called edti; name those of your own with --tools'],
  ['an unknown workflow', [{ ...edits, workflows: ['testAndFxi'] }], 'sources: no known workflow is called testAndFxi'],
  ['an allow of everything', [{ name: 'all', then: 'allow' }], 'all: it allows every tool'],
  ['any command', [{ name: 'run', then: 'allow', tools: ['run'] }], 'run: it allows every command; name them with argv'],
  ['any program', [{ name: 'run', then: 'allow', tools: ['run'], argv: [['**']] }], 'run: it allows every program'],
  [
    'a shell',
    [{ name: 'run', then: 'allow', tools: ['run'], argv: [['sh', '-c', '**']] }],
    'run: it never allows sh -c **: what that does cannot be told from its words',
  ],
  ['any host', [{ name: 'web', then: 'allow', tools: ['fetch'], hosts: ['*'] }], 'web: it allows every host'],
  [
    'a deny of every tool whose paths cannot be read',
    [{ name: 'keys', then: 'deny', paths: ['keys/**'] }],
    'keys: it also holds for every tool whose paths cannot be read; name the tools that it is about',
  ],
])('lint finds %s', (_what, rules, finding) => {
  expect(lint({ standard: ['edits'], rules }).map(({ rule, problem }) => `${rule}: ${problem}`)).toContain(finding)
})

test('the policies that the documents show are policies without a mistake', () => {
  const page = readFileSync(fileURLToPath(new URL('../docs/policy.md', import.meta.url)), 'utf8')
  const shown = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, text]) => JSON.parse(text!) as unknown)
  expect(shown.length).toBeGreaterThan(0)
  for (const policy of shown) expect(lint(policy, { tools: ['publish_package'] })).toEqual([])
})

test('lint finds nothing where there is nothing, and says of one that is none what is wrong', () => {
  expect(lint({ rules: [edits] })).toEqual([])
  expect(lint({ rules: [{ name: 'mails', then: 'allow', tools: ['mail'] }] }, { tools: ['mail'] })).toEqual([])
  expect(lint({ ruels: [] })).toEqual([
    { level: 'error', problem: expect.stringContaining('rules') },
    { level: 'error', problem: expect.stringContaining('ruels') },
  ])
})

test('a candidate is tried on recorded runs: what it would have denied or asked, and what it would have let pass', async () => {
  const [policy] = [Policy.parse({ standard: [], rules: [{ name: 'sources', then: 'ask', tools: ['edit'], paths: ['**'] }] })]
  const tested = await backTest(traceOf, ['accepted-with-a-model', 'no such run'], [policy])
  expect(tested).toMatchObject({ runs: 1, calls: 2, counts: { 'allow → ask': 2 }, unread: [expect.stringContaining('no such run')] })
  expect(tested.differences).toMatchObject([
    { run: 'accepted-with-a-model', tool: 'edit', was: 'allow', now: 'ask', rule: 'sources', arguments: { path: 'sum.js' } },
    { run: 'accepted-with-a-model', tool: 'edit' },
  ])
  const once = Policy.parse({ standard: [], rules: [{ name: 'one', then: 'allow', tools: ['edit'], limits: { calls: 1 } }] })
  expect((await backTest(traceOf, ['accepted-with-a-model'], [once])).counts).toEqual({ 'allow → allow': 1, 'allow → deny': 1 })
})

test('by the built-in policy every recorded run would have gone as it went', async () => {
  const runs = readdirSync(histories)
  const tested = await backTest(traceOf, runs, await readPolicyFiles([]))
  expect(tested).toMatchObject({ runs: runs.length, differences: [], unread: [] })
  expect(tested.calls).toBeGreaterThan(3)
})

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const type = (...words: string[]) =>
  new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) =>
    execFile(process.execPath, [cli, ...words], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    ),
  )

test('the command line explains, finds mistakes and tries a candidate, for people and for programs', async () => {
  const policy = file('policy.json', { standard: [], rules: [edits] })
  const [explained, linted, broken, tested] = await Promise.all([
    type('policy', 'explain', 'edit', '{"path":"src/a.ts"}', '--policy', policy, '--json'),
    type('policy', 'lint', policy),
    type('policy', 'lint', file('broken.json', '{"rules":7}')),
    type('policy', 'test', policy, executions('accepted-with-a-model'), '--json'),
  ])
  expect(explained).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(explained.stdout)).toMatchObject({ kind: 'explained', tool: 'edit', then: 'allow', rule: 'sources' })
  expect(linted).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing found') })
  expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining('rules') })
  expect(tested).toMatchObject({ status: 0, stderr: '' })
  expect(
    tested.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { kind: 'difference', was: 'allow', now: 'deny', rule: 'default' },
    { kind: 'difference' },
    { kind: 'tested', runs: 1, calls: 2, differing: 2 },
  ])
})
