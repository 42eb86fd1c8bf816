import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bubblewrap } from '../activities/sandbox/bubblewrap.ts'
import { openSandbox } from '../activities/sandbox/open.ts'
import { limitsTasks } from '../activities/sandbox/probe.ts'
import { mostTasks, openTaskGroup } from '../activities/sandbox/tasks.ts'
import { onPath } from '../activities/sandbox/toolchain.ts'

const opened = await openSandbox({})
if (opened.level === 'none')
  console.warn(`SKIPPED: no limit was tried, because nothing confines here: ${opened.why}. ${opened.remedy ?? ''}`)
const testConfined = opened.level === 'none' ? test.skip : test
const systemPath = '/usr/local/bin:/usr/bin:/bin'
const confining = { bwrap: onPath('bwrap', systemPath) ?? '', prlimit: onPath('prlimit', systemPath) ?? '' }

const withoutGroup = (argv: string[]) => (argv[0] === '/bin/sh' ? argv.slice(4) : argv)
const withoutUserLimit = (argv: string[]) => argv.filter((word) => !word.startsWith('--nproc='))
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

testConfined('the level says whether the kernel refuses more processes than a command may have', async () => {
  const held = await limitsTasks(bubblewrap(confining))
  expect(opened.level).toBe(held ? 'bubblewrap' : 'bubblewrap, processes only counted')
  expect(await limitsTasks(bubblewrap(confining, (argv) => withoutUserLimit(withoutGroup(argv))))).toBe(false)
})

const group = openTaskGroup(3)
const testGroup = group ? test : test.skip
if (!group) console.warn('SKIPPED: this process may make no control group, so the one around commands is not tested.')

testGroup('a control group of its own holds for a command also where the worker is root, and goes with it', async () => {
  const parent = join(group!.enter.at(-1)!, '../..')
  await group!.leave()
  const before = readdirSync(parent)
  expect(await limitsTasks(bubblewrap(confining, withoutUserLimit))).toBe(true)
  expect(readdirSync(parent)).toEqual(before)
})

const unprivileged = process.getuid?.() === 0 && spawnSync(asNobody[0]!, [...asNobody.slice(1), 'unshare', '--user', 'true']).status === 0
const testUnprivileged = unprivileged ? testConfined : test.skip

testUnprivileged('without a control group the limit of the user namespace holds, where the worker is not root', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tasks-')))
  spawnSync('chmod', ['777', folder])
  const script = 'for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 9 & done; echo all'
  const command = { folder, environment: { PATH: '/usr/bin:/bin' }, timeoutMilliseconds: 20_000, tasks: 8 }
  const run = (change: (argv: string[]) => string[]) =>
    bubblewrap(confining, (argv) => [...asNobody, ...change(withoutGroup(argv))]).run(['/bin/sh', '-c', script], command)
  expect((await run(withoutUserLimit)).stdout.toString()).toBe('all\n')
  expect((await run((argv) => argv)).output.toString()).toMatch(/fork/)
})

testConfined('no limit is asked for that is above the own', () => {
  const own = spawnSync('prlimit', ['--nproc', '--output', 'HARD', '--noheadings'], { encoding: 'utf8' }).stdout.trim()
  expect(mostTasks(1)).toBe(1)
  expect(mostTasks(2 ** 40)).toBe(own === 'unlimited' ? 2 ** 40 : Number(own))
})
