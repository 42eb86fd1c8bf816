import { expect, test } from '@jest/globals'
import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bubblewrap } from '../activities/sandbox/bubblewrap.ts'
import { openSandbox, remedyFor } from '../activities/sandbox/open.ts'
import { prove } from '../activities/sandbox/probe.ts'
import { onPath } from '../activities/sandbox/toolchain.ts'
import { gone, runs } from './fixtures/tests/gone.ts'

const opened = await openSandbox({})
if (opened.level === 'none')
  console.warn(`SKIPPED: no hole was planted, because nothing confines here: ${opened.why}. ${opened.remedy ?? ''}`)
const testConfined = opened.level === 'none' ? test.skip : test
const confining = {
  bwrap: onPath('bwrap', '/usr/local/bin:/usr/bin:/bin') ?? '',
  prlimit: onPath('prlimit', '/usr/local/bin:/usr/bin:/bin') ?? '',
}

/** Takes words out of the command line, where they stand together. */
const without =
  (...words: string[]) =>
  (argv: string[]) => {
    const start = argv.findIndex((_, index) => words.every((word, offset) => argv[index + offset] === word))
    expect(start).toBeGreaterThan(-1)
    return argv.toSpliced(start, words.length)
  }
const withoutLimit = (name: string) => (argv: string[]) => without(argv.find((word) => word.startsWith(`--${name}=`)) ?? name)(argv)
/** Puts words before the last ones that make the root read-only. */
const more =
  (...words: string[]) =>
  (argv: string[]) =>
    argv.toSpliced(argv.lastIndexOf('--remount-ro'), 0, ...words)
const unmasked = (argv: string[]) => {
  const start = argv.findIndex((word, index) => word === '--tmpfs' && argv[index + 1]?.endsWith('/.git'))
  expect(start).toBeGreaterThan(1)
  return argv.toSpliced(start - 2, 6)
}

testConfined.each<[string, (argv: string[]) => string[], RegExp]>([
  ['the disabling of user namespaces', without('--disable-userns'), /made a user namespace/],
  ['the own users', (argv) => without('--unshare-user')(without('--disable-userns')(argv)), /shares the user namespace/],
  ['the loss of privileges', without('--cap-drop', 'ALL'), /has privileges/],
  ['the own control groups', without('--unshare-cgroup-try'), /shares the cgroup namespace/],
  ['the own processes', without('--unshare-pid'), /saw a process of the host/],
  ['the own network', without('--unshare-net'), /reached the host by TCP.*reached an abstract socket/],
  ['the own shared memory', without('--unshare-ipc'), /shares the ipc namespace/],
  ['the own host name', (argv) => without('--unshare-uts')(without('--hostname', 'box')(argv)), /shares the uts namespace/],
  ['the own session', without('--new-session'), /stayed in the session/],
  ['the read-only root', (argv) => argv.toSpliced(argv.lastIndexOf('--remount-ro'), 2), /wrote into \//],
  ['the read-only /dev', without('--remount-ro', '/dev'), /wrote into \/dev/],
  ['the read-only /proc', without('--remount-ro', '/proc'), /change the settings of the kernel/],
  ['the limit of /dev/shm', without('--size', '67108864'), /fill \/dev\/shm/],
  ['the limit of /tmp', without('--size', '1073741824'), /fill \/tmp/],
  ['the limit of the home folder', without('--size', '268435456'), /fill \/home\/agent/],
  ['the mask of the git dir', unmasked, /read the git dir/],
  ['the limit of open files', withoutLimit('nofile'), /no limit for Max open files/],
  ['the limit of memory images', withoutLimit('core'), /no limit for Max core file size/],
  ['the limit of files', withoutLimit('fsize'), /no limit for Max file size/],
  ['the limit of processor time', withoutLimit('cpu'), /no limit for Max cpu time/],
  ['the limit of a process’s memory', withoutLimit('data'), /no limit for Max data size/],
  ['the limited list of what is there', more('--ro-bind', '/etc/shadow', '/etc/shadow'), /read \/etc\/shadow/],
  ['the limited list, for the folder of the worker', more('--ro-bind', tmpdir(), tmpdir()), /read a file of the host/],
  [
    'the empty environment',
    (argv) => argv.toSpliced(argv.indexOf('--setenv'), 0, '--setenv', 'LOOPWRIGHT_CANARY', 'x'),
    /saw a variable of the host/,
  ],
  ['the own /dev', (argv) => without('--dev', '/dev')(without('--remount-ro', '/dev')(argv)), /./],
  ['the own /proc', (argv) => without('--proc', '/proc')(without('--remount-ro', '/proc')(argv)), /./],
])('the canary notices that %s is missing', async (_what, change, seen) => {
  expect(await prove(bubblewrap(confining, change))).toMatch(seen)
})

testConfined('a command outlives its worker’s patience when nothing ties it to its parent', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'loopwright-hole-')))
  const command = { folder, environment: { PATH: '/usr/bin:/bin' }, timeoutMilliseconds: 700 }
  await bubblewrap(confining, without('--die-with-parent')).run(['sleep', '4.0711'], command)
  expect(runs('4.0711')).toBe(true)
  await bubblewrap(confining).run(['sleep', '4.0712'], command)
  expect(await gone('4.0712')).toBe(true)
})

test('nothing is confined that does not pass the canary, and the remedy is named', async () => {
  expect(await openSandbox({ LOOPWRIGHT_SANDBOX: 'none' })).toMatchObject({
    level: 'none',
    why: expect.stringContaining('LOOPWRIGHT_SANDBOX'),
  })
  expect(
    await prove({ ...opened, run: async () => ({ exitCode: 0, stdout: Buffer.from('["x"]'), output: Buffer.alloc(0), milliseconds: 0 }) }),
  ).toBe('the canary x')
  expect(remedyFor('bwrap: setting up uid map: Permission denied')).toMatch(/apparmor/)
  expect(remedyFor('bwrap: Unknown option --disable-userns')).toMatch(/0\.8/)
  expect(remedyFor('bwrap: Creating new namespace failed: No space left on device')).toMatch(/max_user_namespaces/)
})
