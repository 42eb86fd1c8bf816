import { expect, test } from '@jest/globals'
import { approvalDigest } from '../contract/policy/approval.ts'
import { type PolicyCall, roleOf } from '../contract/policy/call.ts'
import { decide, policyHash } from '../contract/policy/decide.ts'
import { areLike, couldBegin, isLike } from '../contract/policy/glob.ts'
import { isOpaque } from '../contract/policy/opaque.ts'
import { type Policies, Policy, type Rule, standardNames } from '../contract/policy/policy.ts'
import { builtInPolicy } from '../contract/policy/standard.ts'
import { type Json } from '../contract/json.ts'
import { type EffectClass } from '../contract/workspace.ts'

type Given = { [key: string]: Json }
const classes: Record<string, EffectClass> = {
  read: 'read',
  search: 'read',
  list: 'read',
  tests: 'read',
  edit: 'content',
  write: 'content',
  run: 'once',
  repair: 'content',
}
/** A call of a tool of a workspace. */
const within = (name: string, given: Given = {}, more: Partial<PolicyCall> = {}): PolicyCall => ({
  tool: { name, class: classes[name] ?? 'content', workspace: 'workspace#1' },
  arguments: given,
  ...{ workflow: 'testAndFix', role: 'fix', allowRun: false },
  ...more,
})
/** A call of a tool that the worker's owner registered. */
const outside = (name: string, given: Given = {}, tool: Partial<PolicyCall['tool']> = {}, more: Partial<PolicyCall> = {}): PolicyCall => ({
  ...within(name, given, more),
  tool: { name, class: 'once', own: true, ...tool },
})
const policy = (rules: Partial<Rule>[], more: object = {}): Policy =>
  Policy.parse({ standard: [], ...more, rules: rules.map((rule, index) => ({ name: `rule-${index + 1}`, then: 'allow', ...rule })) })
const verdict = (call: PolicyCall, ...policies: Policy[]) => {
  const { then, rule } = decide(policies as Policies, call)
  return `${then} by ${rule}`
}
const ref = { sha256: 'a'.repeat(64), bytes: 9_000 }

const builtIn: [string, PolicyCall, string][] = [
  ['reading in the workspace', within('read', { path: 'a.ts' }), 'allow by default'],
  ['searching in the workspace', within('search', { pattern: 'x' }), 'allow by default'],
  ['the tests', within('tests'), 'allow by default'],
  ['an edit of the copy', within('edit', { path: 'a.ts' }), 'allow by edits'],
  ['an edit of a test, which the verifier puts back', within('write', { path: 'test/a.test.ts' }), 'allow by edits'],
  ['a command', within('run', { command: 'ls' }), 'deny by default'],
  ['a command with --allow-run', within('run', { command: 'ls' }, { allowRun: true }), 'allow by allow-run'],
  ['any command with --allow-run', within('run', { command: "sh -c 'ls | wc'" }, { allowRun: true }), 'allow by allow-run'],
  ['a registered tool', outside('mail', { text: 'x' }), 'allow by registered'],
  ['a registered tool that reads', outside('look', {}, { class: 'read' }), 'allow by registered'],
]
test.each(builtIn)('without a policy: %s', (_what, call, expected) => expect(decide(builtInPolicy, call)).toMatchObject(parts(expected)))
const parts = (text: string) => ({ then: text.split(' by ')[0], rule: text.split(' by ')[1] })

const empty = policy([])
const rows: [string, PolicyCall, Policy, string][] = [
  ['no rule, reading in the workspace', within('read', { path: 'a' }), empty, 'allow by default'],
  ['no rule, editing', within('edit', { path: 'a' }), empty, 'deny by default'],
  ['no rule, running', within('run', { command: 'ls' }, { allowRun: true }), empty, 'deny by default'],
  ['no rule, reading outside', outside('look', {}, { class: 'read' }), empty, 'deny by default'],
  ['no rule, an effect', outside('mail'), empty, 'deny by default'],
  ['deny over allow, whichever is first', within('edit', { path: 'a' }), policy([{}, { then: 'deny' }]), 'deny by rule-2'],
  ['deny over allow, the other way round', within('edit', { path: 'a' }), policy([{ then: 'deny' }, {}]), 'deny by rule-1'],
  ['deny over ask', within('edit', { path: 'a' }), policy([{ then: 'ask' }, { then: 'deny' }]), 'deny by rule-2'],
  ['ask over allow', within('edit', { path: 'a' }), policy([{}, { then: 'ask' }]), 'ask by rule-2'],
  [
    'a general deny over a specific allow',
    within('edit', { path: 'src/a' }),
    policy([{ tools: ['edit'], paths: ['src/a'] }, { then: 'deny' }]),
    'deny by rule-2',
  ],
  ['a tool by its name', outside('mail'), policy([{ tools: ['mail'] }]), 'allow by rule-1'],
  ['a tool by the beginning of its name', outside('files_read'), policy([{ tools: ['files_*'] }]), 'allow by rule-1'],
  ['another tool', outside('mail'), policy([{ tools: ['mai'] }]), 'deny by default'],
  ['a class', outside('charge', {}, { class: 'keyed' }), policy([{ classes: ['keyed'] }]), 'allow by rule-1'],
  ['another class', outside('charge', {}, { class: 'keyed' }), policy([{ classes: ['findable'] }]), 'deny by default'],
  ['a workflow', outside('mail'), policy([{ workflows: ['test*'] }]), 'allow by rule-1'],
  ['another workflow', outside('mail'), policy([{ workflows: ['goal'] }]), 'deny by default'],
  ['a role', outside('mail'), policy([{ roles: ['fix'] }]), 'allow by rule-1'],
  ['another role', outside('mail'), policy([{ roles: ['judge'] }]), 'deny by default'],
  ['a place', outside('mail'), policy([{ place: 'workspace' }]), 'deny by default'],
  ['an option of the run', within('run', { command: 'ls' }, { allowRun: true }), policy([{ given: 'allowRun' }]), 'allow by rule-1'],
  ['an option that was not given', within('run', { command: 'ls' }), policy([{ given: 'allowRun' }]), 'deny by default'],
  ['a tag of the tool', outside('fetch', {}, { tags: ['acts_outside'] }), policy([{ tags: ['acts_outside'] }]), 'allow by rule-1'],
  [
    'a tag that the policy gives',
    outside('fetch'),
    policy([{ tags: ['acts_outside'] }], { tags: { 'fet*': ['acts_outside'] } }),
    'allow by rule-1',
  ],
  ['a tag that it lacks', outside('fetch'), policy([{ tags: ['acts_outside'] }]), 'deny by default'],
  // Paths
  ['a path in a folder', within('edit', { path: 'src/deep/a.ts' }), policy([{ paths: ['src/**'] }]), 'allow by rule-1'],
  ['a path beside it', within('edit', { path: 'srcs/a.ts' }), policy([{ paths: ['src/**'] }]), 'deny by default'],
  ['a path that only begins there', within('edit', { path: 'src/../.github/x' }), policy([{ paths: ['src/**'] }]), 'deny by default'],
  ['a path that goes round', within('edit', { path: './src//x/../a.ts' }), policy([{ paths: ['src/a.ts'] }]), 'allow by rule-1'],
  ['a path that leaves, allowed by everything', within('edit', { path: '../a' }), policy([{ paths: ['**'] }]), 'deny by default'],
  ['an absolute path, allowed by everything', within('edit', { path: '/etc/passwd' }), policy([{ paths: ['**'] }]), 'deny by default'],
  ['a path with a backslash, allowed by everything', within('edit', { path: 'src\\a' }), policy([{ paths: ['**'] }]), 'deny by default'],
  [
    'a path that leaves, denied elsewhere',
    within('edit', { path: '../a' }),
    policy([{}, { then: 'deny', paths: ['secret'] }]),
    'deny by rule-2',
  ],
  [
    'a path that is no text, denied elsewhere',
    within('edit', { path: 7 }),
    policy([{}, { then: 'deny', paths: ['secret'] }]),
    'deny by rule-2',
  ],
  ['a path that is no text, allowed by everything', within('edit', { path: 7 }), policy([{ paths: ['**'] }]), 'deny by default'],
  [
    'a path in other letters, denied',
    within('edit', { path: '.GitHub/x' }),
    policy([{}, { then: 'deny', paths: ['.github/**'] }]),
    'deny by rule-2',
  ],
  ['a path in other letters, allowed', within('edit', { path: 'SRC/x' }), policy([{ paths: ['src/**'] }]), 'deny by default'],
  [
    'another path than the denied one',
    within('edit', { path: 'a' }),
    policy([{}, { then: 'deny', paths: ['.github/**'] }]),
    'allow by rule-1',
  ],
  ['one star within a name', within('edit', { path: 'src/a.ts' }), policy([{ paths: ['src/*.ts'] }]), 'allow by rule-1'],
  ['one star does not go deeper', within('edit', { path: 'src/b/a.ts' }), policy([{ paths: ['src/*.ts'] }]), 'deny by default'],
  [
    'a search of a folder with denied files below',
    within('search', { pattern: 'x', path: 'config' }),
    policy([{ then: 'deny', paths: ['config/secret/**'] }]),
    'deny by rule-1',
  ],
  ['a search of everything', within('search', { pattern: 'x' }), policy([{ then: 'deny', paths: ['secret/**'] }]), 'deny by rule-1'],
  [
    'a search of another folder',
    within('search', { pattern: 'x', path: 'src' }),
    policy([{ then: 'deny', paths: ['secret/**'] }]),
    'allow by default',
  ],
  ['the tests name no path', within('tests'), policy([{ then: 'deny', paths: ['**'] }]), 'allow by default'],
  [
    'a file of a patch is no folder',
    within('patch', { diff: '--- a/src/a\n+++ b/src/a' }),
    policy([{}, { then: 'deny', paths: ['**/secret'] }]),
    'allow by rule-1',
  ],
  [
    'a path of a tool that may go on below it',
    outside('upload', { path: 'src' }),
    policy([{}, { then: 'deny', paths: ['src/secret/**'] }]),
    'deny by rule-2',
  ],
  [
    'several paths, one of them denied',
    outside('upload', { paths: ['a', 'secret'] }),
    policy([{}, { then: 'deny', paths: ['secret'] }]),
    'deny by rule-2',
  ],
  ['several paths, one of them not allowed', outside('upload', { paths: ['a', 'b'] }), policy([{ paths: ['a'] }]), 'deny by default'],
  ['several paths, all allowed', outside('upload', { paths: ['a', 'b'] }), policy([{ paths: ['a', 'b'] }]), 'allow by rule-1'],
  ['no paths at all, allowed by everything', outside('upload', { paths: [] }), policy([{ paths: ['**'] }]), 'deny by default'],
  [
    'a tool that names no path, denied',
    outside('upload', { what: 'secret' }),
    policy([{}, { then: 'deny', paths: ['secret'] }]),
    'deny by rule-2',
  ],
  ['a path under another name', outside('upload', { what: 'a' }), policy([{ paths: ['a'], from: ['what'] }]), 'allow by rule-1'],
  [
    'the files of a patch, allowed',
    within('patch', { patch: '--- a/src/a\n+++ b/src/a\n@@ -1 +1 @@' }),
    policy([{ paths: ['src/**'] }]),
    'allow by rule-1',
  ],
  [
    'the files of a patch, one denied',
    within('patch', { patch: '--- /dev/null\n+++ b/.github/x\n--- a/b\n+++ b/b' }),
    policy([{}, { then: 'deny', paths: ['.github/**'] }]),
    'deny by rule-2',
  ],
  ['a patch without files', within('patch', { patch: 'hello' }), policy([{ paths: ['**'] }]), 'deny by default'],
  [
    'a patch that renames',
    within('patch', { patch: 'diff --git a/a b/.npmrc\nrename from a\nrename to .npmrc' }),
    policy([{}, { then: 'deny', paths: ['.npmrc'] }]),
    'deny by rule-2',
  ],
  // What stands by its hash is decided by whoever acts.
  ['a patch by its hash, to be read later', within('patch', { patch: ref }), policy([{ paths: ['src/**'] }]), 'allow by rule-1'],
  [
    'a patch by its hash, denied elsewhere',
    within('patch', { patch: ref }),
    policy([{}, { then: 'deny', paths: ['x'] }]),
    'allow by rule-1',
  ],
  // Hosts
  ['a host', outside('fetch', { url: 'https://API.example.com:443/x' }), policy([{ hosts: ['api.example.com'] }]), 'allow by rule-1'],
  [
    'a host before an @',
    outside('fetch', { url: 'https://api.example.com@evil.test/' }),
    policy([{ hosts: ['api.example.com'] }]),
    'deny by default',
  ],
  [
    'a host in the path',
    outside('fetch', { url: 'https://evil.test/api.example.com' }),
    policy([{ hosts: ['*api.example.com'] }]),
    'deny by default',
  ],
  ['a host of a domain', outside('fetch', { url: 'https://a.b.example.com' }), policy([{ hosts: ['*.example.com'] }]), 'allow by rule-1'],
  [
    'a host that ends alike',
    outside('fetch', { url: 'https://badexample.com' }),
    policy([{ hosts: ['*.example.com'] }]),
    'deny by default',
  ],
  ['another port', outside('fetch', { url: 'https://api.example.com:8443' }), policy([{ hosts: ['api.example.com'] }]), 'deny by default'],
  [
    'a dot at the end, denied',
    outside('fetch', { url: 'https://evil.test./' }),
    policy([{}, { then: 'deny', hosts: ['evil.test'] }]),
    'deny by rule-2',
  ],
  [
    'a number for an address, denied',
    outside('fetch', { url: 'http://2130706433/' }),
    policy([{}, { then: 'deny', hosts: ['127.*'] }]),
    'deny by rule-2',
  ],
  ['no URL, allowed by everything', outside('fetch', { url: 'http://' }), policy([{ hosts: ['*'] }]), 'deny by default'],
  [
    'no URL, denied elsewhere',
    outside('fetch', { url: 'file:///etc/passwd' }),
    policy([{}, { then: 'deny', hosts: ['evil.test'] }]),
    'deny by rule-2',
  ],
  ['a host without a scheme', outside('fetch', { host: 'api.example.com' }), policy([{ hosts: ['api.example.com'] }]), 'allow by rule-1'],
  // Commands
  ['a command', within('run', { command: 'npm test' }), policy([{ argv: [['npm', 'test']] }]), 'allow by rule-1'],
  ['a command with more words', within('run', { command: 'npm test -- x' }), policy([{ argv: [['npm', 'test']] }]), 'deny by default'],
  [
    'a command with any more words',
    within('run', { command: 'npm test -- x' }),
    policy([{ argv: [['npm', 'test', '**']] }]),
    'allow by rule-1',
  ],
  ['a command in quotes', within('run', { command: "npm run 'a b'" }), policy([{ argv: [['npm', 'run', 'a b']] }]), 'allow by rule-1'],
  [
    'a command with another behind it',
    within('run', { command: 'npm test; rm -rf /' }),
    policy([{ argv: [['npm', '**']] }]),
    'deny by default',
  ],
  [
    'a program of the repository with the name',
    within('run', { command: './npm test' }),
    policy([{ argv: [['npm', '**']] }]),
    'deny by default',
  ],
  [
    'a program in another folder, denied',
    within('run', { command: '/bin/rm x' }),
    policy([{}, { then: 'deny', argv: [['rm', '**']] }]),
    'deny by rule-2',
  ],
  ['words as a list', outside('spawn', { argv: ['npm', 'test'] }), policy([{ argv: [['npm', 'test']] }]), 'allow by rule-1'],
  [
    'a program and its words apart',
    outside('spawn', { command: 'npm', args: ['test'] }),
    policy([{ argv: [['npm', 'test']] }]),
    'allow by rule-1',
  ],
  ['a word that is no text', outside('spawn', { argv: ['npm', 7] }), policy([{ argv: [['**']] }]), 'deny by default'],
  ['a shell, allowed by everything', within('run', { command: "sh -c 'npm test'" }), policy([{ argv: [['**']] }]), 'deny by default'],
  [
    'a shell, where something else is denied',
    within('run', { command: "sh -c 'npm test'" }),
    policy([{}, { then: 'deny', argv: [['rm', '**']] }]),
    'deny by rule-2',
  ],
  [
    'a shell, where something else is asked for',
    within('run', { command: "sh -c 'npm test'" }),
    policy([{}, { then: 'ask', argv: [['rm', '**']] }]),
    'ask by rule-2',
  ],
  ['an edit, where a command is denied', within('edit', { path: 'a' }), policy([{}, { then: 'deny', argv: [['rm']] }]), 'allow by rule-1'],
  // JSON Schema
  [
    'arguments that fit',
    outside('pay', { amount: 5 }),
    policy([{ arguments: { type: 'object', properties: { amount: { type: 'number', maximum: 10 } }, required: ['amount'] } }]),
    'allow by rule-1',
  ],
  [
    'arguments that do not fit',
    outside('pay', { amount: 50 }),
    policy([{ arguments: { type: 'object', properties: { amount: { type: 'number', maximum: 10 } }, required: ['amount'] } }]),
    'deny by default',
  ],
  // Asked by what does not grant
  [
    'what the standard asks for must be allowed all the same',
    within('edit', { path: 'Makefile' }),
    Policy.parse({ rules: [] }),
    'deny by default',
  ],
  // Standard rules
  [
    'a workflow of the repository host',
    within('edit', { path: '.github/workflows/ci.yml' }),
    Policy.parse({ standard: ['edits', 'runs-elsewhere'], rules: [] }),
    'ask by runs-elsewhere',
  ],
  [
    'package.json anywhere',
    within('write', { path: 'packages/a/package.json' }),
    Policy.parse({ standard: ['edits', 'runs-elsewhere'], rules: [] }),
    'ask by runs-elsewhere',
  ],
  [
    'reading it',
    within('read', { path: '.npmrc' }),
    Policy.parse({ standard: ['edits', 'runs-elsewhere'], rules: [] }),
    'allow by default',
  ],
  [
    'a test',
    within('edit', { path: 'src/a.test.ts' }),
    Policy.parse({ standard: ['edits', 'protected-tests'], rules: [] }),
    'ask by protected-tests',
  ],
  [
    'what the standard leaves out',
    within('edit', { path: 'Makefile' }),
    Policy.parse({ standard: ['edits'], rules: [] }),
    'allow by edits',
  ],
  [
    'what holds unsaid',
    within('edit', { path: 'deep/AGENTS.md' }),
    Policy.parse({ rules: [{ name: 'edit', then: 'allow' }] }),
    'ask by runs-elsewhere',
  ],
]
test.each(rows)('%s', (_what, call, given, expected) => expect(verdict(call, given)).toBe(expected))

test('what stands by its hash is refused by whoever can read it all and still can not', () => {
  const given: Policies = [policy([{ paths: ['src/**'] }])]
  expect(decide(given, within('patch', { patch: ref }), { whole: true })).toMatchObject({ then: 'deny', rule: 'default' })
})

test('the role of a call is the agent whose turn it is made in, and code outside of turns', () => {
  expect(roleOf('loop#1/attempt#2/fix#1/turn#3/edit#1')).toBe('fix')
  expect(roleOf('fix#1/turn#3/helper#1/turn#2')).toBe('helper')
  expect(roleOf('loop#1/attempt#2/mail#1')).toBe('code')
})

const fetch = (seen: PolicyCall['seen'], more: Partial<PolicyCall['tool']> = {}) =>
  outside('fetch', { url: 'https://a.test' }, { tags: ['acts_outside', 'reads_untrusted'], ...more }, { seen: seen ?? [] })
test.each<[string, PolicyCall, string]>([
  ['nothing was read', fetch([]), 'allow'],
  ['only what is private was read', fetch(['reads_private']), 'allow'],
  ['only what strangers wrote was read', fetch(['reads_untrusted']), 'allow'],
  ['both were read', fetch(['reads_untrusted', 'reads_private']), 'ask'],
  ['both were read, and the tool lets nothing out', fetch(['reads_untrusted', 'reads_private'], { tags: [] }), 'allow'],
])('before a tool acts outside, a person is asked when a run has read untrusted and private text: %s', (_what, call, expected) => {
  expect(decide(builtInPolicy, call).then).toBe(expected)
})

const limited = (limits: object, then: 'allow' | 'ask' = 'allow') => policy([{ then, limits }])
const used = { 'rule-1': { calls: 2, bytes: 20, files: ['a', 'b'], milliseconds: 60_000, microDollars: 3_000_000 } }
test.each<[string, object, string]>([
  ['calls left', { calls: 3 }, 'allow'],
  ['no calls left', { calls: 2 }, 'deny'],
  ['bytes left', { bytes: 100 }, 'allow'],
  ['too few bytes left', { bytes: 25 }, 'deny'],
  ['files left', { files: 3 }, 'allow'],
  ['no files left', { files: 2 }, 'deny'],
  ['minutes left', { minutes: 2 }, 'allow'],
  ['no minutes left', { minutes: 1 }, 'deny'],
  ['dollars left', { dollars: 4 }, 'allow'],
  ['no dollars left', { dollars: 3 }, 'deny'],
])('a rule allows as much as its limits say: %s', (_what, limits, expected) => {
  expect(decide([limited(limits)], outside('up', { path: 'c' }, {}, { used })).then).toBe(expected)
  expect(decide([limited(limits, 'ask')], outside('up', { path: 'c' }, {}, { used })).then).toBe(expected === 'allow' ? 'ask' : 'deny')
  // In a policy that is added, the same limits bind what the first one allows.
  const bound = { '2:rule-1': used['rule-1'] }
  expect(decide([policy([{}]), limited(limits)], outside('up', { path: 'c' }, {}, { used: bound })).then).toBe(expected)
})

test('a text by its hash counts with its bytes, and a file that was counted is not counted twice', () => {
  expect(decide([limited({ bytes: 8_000 })], outside('up', { text: ref })).why).toContain('8000 bytes')
  expect(decide([limited({ files: 2 })], outside('up', { path: 'a' }, {}, { used })).then).toBe('allow')
})

/** A seeded generator: the same rules every time. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
const one = <T>(pick: (below: number) => number, of: readonly T[]): T => of[pick(of.length)]!
const calls = [
  ...rows.map(([, call]) => call),
  ...[
    fetch(['reads_untrusted', 'reads_private']),
    outside('up', { path: 'c' }, {}, { used: { 'rule-0': used['rule-1'], '2:rule-0': used['rule-1'] } }),
  ],
]
function anyPolicy(pick: (below: number) => number): Policy {
  const rules = Array.from({ length: pick(4) }, (_, index) => ({
    name: `rule-${index}`,
    then: one(pick, ['allow', 'ask', 'deny'] as const),
    ...one(pick, [{}, { tools: ['edit'] }, { tools: ['*a*'] }, { classes: ['once' as const] }, { place: 'worker' as const }]),
    ...one(pick, [{}, { paths: ['src/**'] }, { hosts: ['*.example.com'] }, { argv: [['npm', '**']] }, { roles: ['fix'] }]),
  }))
  const limited_ = rules.map((rule) => (rule.then !== 'deny' && pick(3) === 0 ? { ...rule, limits: { calls: 1 + pick(4) } } : rule))
  return Policy.parse({
    standard: standardNames.filter(() => pick(3) > 0),
    rules: limited_,
    tags: pick(4) === 0 ? { '*': ['acts_outside'] } : {},
  })
}
const strength = { allow: 0, ask: 1, deny: 2 }

test('adding a policy never allows more, whatever it says and whatever is called (20,000 pairs)', () => {
  const pick = random(7)
  for (let round = 0; round < 20_000; round++) {
    const [first, second] = [anyPolicy(pick), anyPolicy(pick)]
    const call = one(pick, calls)
    const [alone, both] = [decide([first], call), decide([first, second], call)]
    const loosened =
      strength[both.then] < strength[alone.then] ||
      (both.then === 'ask' &&
        alone.asks.some((ask) => Object.keys(ask).length > 0 && !both.asks.some((other) => JSON.stringify(other) === JSON.stringify(ask))))
    if (loosened) throw new Error(`loosened: ${JSON.stringify({ first, second, call, alone, both })}`)
  }
})

test('the order of rules changes no decision (2,000 policies)', () => {
  const pick = random(11)
  for (let round = 0; round < 2_000; round++) {
    const given = anyPolicy(pick)
    const call = one(pick, calls)
    const turned = { ...given, rules: [...given.rules].reverse(), standard: [...given.standard].reverse() }
    expect(decide([turned], call).then).toBe(decide([given], call).then)
  }
})

test('two rules that ask different people are both asked, and a question to anybody is answered with either', () => {
  const given = policy([{ then: 'ask' }, { then: 'ask', ask: { roles: ['lead'] } }, { then: 'ask', ask: { quorum: { yes: 2, of: 3 } } }])
  expect(decide([given], within('edit', { path: 'a' })).asks).toEqual([{ quorum: { yes: 2, of: 3 } }, { roles: ['lead'] }])
})

const sure = [
  ['npm', 'test'],
  ['node', 'x.js'],
  ['npx', 'prettier@3.1.0', '.'],
  ['npx', '-y', '@scope/name@1.2.3'],
  ['git', 'status'],
  ['find', '.', '-name', 'x'],
  ['python3', '-m', 'pytest'],
  ['npm', 'exec', '--', 'a@1.0.0'],
]
const unsure = [
  ...[
    ['sh', '-c', 'x'],
    ['/bin/bash', 'x'],
    ['env', 'A=1', 'npm'],
    ['xargs', 'rm'],
    ['npx', 'prettier'],
    ['npx', 'prettier@latest'],
    ['npx', '-p', 'a@1.0.0', 'b'],
  ],
  ...[
    ['npm', 'exec', 'a'],
    ['pnpm', 'dlx', 'a'],
    ['node', '-e', 'x'],
    ['node', '--eval=x'],
    ['python3.11', '-c', 'x'],
    ['perl', '-ne', 'x'],
    ['find', '.', '-exec', 'rm'],
  ],
  ...[['git', '-c', 'alias.x=!rm', 'x'], ['sudo', 'npm', 'test'], ['timeout', '5', 'npm'], ['uvx', 'ruff'], ['npx', 'a@^1.0.0'], ['npx']],
]
test.each(sure.map((argv) => [argv.join(' '), argv] as const))('%s is what it says', (_text, argv) =>
  expect(isOpaque([...argv])).toBe(false),
)
test.each(unsure.map((argv) => [argv.join(' '), argv] as const))('%s could be anything', (_text, argv) =>
  expect(isOpaque([...argv])).toBe(true),
)

test('globs know * and **, and none makes them stall', () => {
  expect([isLike('a*c', 'abbc'), isLike('a*c', 'abb'), isLike('*', ''), isLike('a', 'A'), isLike('**a', 'ba')]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ])
  expect([areLike(['a', '**'], ['a']), areLike(['**', 'x'], ['a', 'b', 'x']), areLike(['**'], []), areLike(['a'], ['a', 'b'])]).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect([couldBegin(['a', 'b'], []), couldBegin(['a', 'b'], ['a']), couldBegin(['a', 'b'], ['b']), couldBegin(['a'], ['a', 'b'])]).toEqual(
    [true, true, false, false],
  )
  expect(isLike('*a'.repeat(200), 'a'.repeat(5_000))).toBe(true)
  expect(isLike(`${'*a'.repeat(200)}b`, 'a'.repeat(5_000))).toBe(false)
  expect(
    areLike(
      Array.from({ length: 100 }, () => '**'),
      Array.from({ length: 1_000 }, () => 'a'),
    ),
  ).toBe(true)
})

test.each<[string, unknown]>([
  ['an unknown key', { rules: [], rule: [] }],
  ['an unknown key of a rule', { rules: [{ name: 'a', then: 'allow', tool: ['x'] }] }],
  ['no rules', {}],
  ['an unknown verdict', { rules: [{ name: 'a', then: 'maybe' }] }],
  [
    'two rules of one name',
    {
      rules: [
        { name: 'a', then: 'allow' },
        { name: 'a', then: 'deny' },
      ],
    },
  ],
  ['the name of a standard rule', { rules: [{ name: 'edits', then: 'allow' }] }],
  ['the name of what has no rule', { rules: [{ name: 'default', then: 'deny' }] }],
  ['brackets in a glob', { rules: [{ name: 'a', then: 'deny', paths: ['[ab]'] }] }],
  ['a regular expression', { rules: [{ name: 'a', then: 'deny', arguments: { properties: { x: { pattern: '(a+)+' } } } }] }],
  ['a schema that says no type', { rules: [{ name: 'a', then: 'allow', arguments: { properties: { to: { const: 'me' } } } }] }],
  [
    'a schema with a word that would be passed over',
    { rules: [{ name: 'a', then: 'allow', arguments: { type: 'object', minProperties: 2 } }] },
  ],
  [
    'a schema that asks for what it does not name',
    { rules: [{ name: 'a', then: 'allow', arguments: { type: 'object', required: ['to'] } }] },
  ],
  ['a schema that is none', { rules: [{ name: 'a', then: 'deny', arguments: { type: 'nothing' } }] }],
  ['a command that is a text', { rules: [{ name: 'a', then: 'deny', argv: 'rm' }] }],
  ['who to ask, of a rule that allows', { rules: [{ name: 'a', then: 'allow', ask: { roles: ['lead'] } }] }],
  ['limits of a rule that denies', { rules: [{ name: 'a', then: 'deny', limits: { calls: 1 } }] }],
  ['a quorum that cannot be', { rules: [{ name: 'a', then: 'ask', ask: { quorum: { yes: 3, of: 2 } } }] }],
  ['no limit at all', { rules: [{ name: 'a', then: 'allow', limits: { calls: 0 } }] }],
  ['an endless one', { rules: [{ name: 'a', then: 'allow', limits: { minutes: Infinity } }] }],
  ['an unknown standard rule', { standard: ['everything'], rules: [] }],
  ['an unknown tag', { tags: { fetch: ['harmless'] }, rules: [] }],
  ['an empty list', { rules: [{ name: 'a', then: 'allow', tools: [] }] }],
  ['a list', []],
  ['nothing', null],
])('a policy with %s is none', (_what, given) => expect(Policy.safeParse(given).success).toBe(false))

test('the hash of policies is that of what they say, not of how it is written', () => {
  const [one_, two] = [
    policy([{ tools: ['a'], then: 'deny' }]),
    Policy.parse({ rules: [{ then: 'deny', tools: ['a'], name: 'rule-1' }], standard: [] }),
  ]
  expect(policyHash([one_])).toBe(policyHash([two]))
  expect(policyHash([one_])).not.toBe(policyHash([policy([{ tools: ['b'], then: 'deny' }])]))
})

test('an approval is of this run, these policies, this call and what preparing it showed, and of no other', () => {
  const agreed = { run: 'r', policy: 'p', tool: 'order', arguments: { text: 'pens' }, prepared: 'tree' }
  const others = [{ run: 's' }, { policy: 'q' }, { tool: 'mail' }, { arguments: { text: 'ink' } }, { prepared: 'another tree' }]
  const { prepared: _prepared, ...unprepared } = agreed
  const digests = [agreed, unprepared, ...others.map((other) => ({ ...agreed, ...other }))].map((one) => approvalDigest(one))
  expect(new Set(digests).size).toBe(digests.length)
  expect(approvalDigest({ ...agreed })).toBe(digests[0])
})
