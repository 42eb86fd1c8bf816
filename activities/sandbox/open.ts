import { bubblewrap } from './bubblewrap.ts'
import { limitsTasks, prove } from './probe.ts'
import { type Sandbox } from './sandbox.ts'
import { removeOldGroups } from './tasks.ts'
import { onPath } from './toolchain.ts'
import { unconfined } from './unconfined.ts'

/** Where the confining programs are looked for; a worker's PATH may begin with folders that others write to. */
const systemPath = '/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin'
let opened: Promise<Sandbox> | undefined

/** The best sandbox that this machine gives, found out once per process. LOOPWRIGHT_SANDBOX=none asks for none. */
export function openSandbox(environment: Record<string, string | undefined> = process.env): Promise<Sandbox> {
  if (environment['LOOPWRIGHT_SANDBOX'] === 'none')
    return Promise.resolve(unconfined('LOOPWRIGHT_SANDBOX is set to none', 'unset LOOPWRIGHT_SANDBOX'))
  opened ??= find()
  return opened
}

async function find(): Promise<Sandbox> {
  if (process.platform !== 'linux')
    return unconfined('bubblewrap needs Linux', 'run the worker in a Linux container or virtual machine to have commands confined')
  const [bwrap, prlimit] = [onPath('bwrap', systemPath), onPath('prlimit', systemPath)]
  if (bwrap === undefined) return unconfined('bubblewrap is not installed', 'sudo apt-get install bubblewrap')
  if (prlimit === undefined) return unconfined('prlimit is not installed', 'sudo apt-get install util-linux')
  const sandbox = bubblewrap({ bwrap, prlimit })
  const why = await prove(sandbox).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  if (why !== undefined) return unconfined(why, remedyFor(why))
  removeOldGroups()
  return (await limitsTasks(sandbox)) ? sandbox : { ...sandbox, level: 'bubblewrap, processes only counted' }
}

/** What mends a bubblewrap that does not work, told by what it said. */
export function remedyFor(why: string): string | undefined {
  if (/disable-userns|Unknown option/i.test(why)) return 'install bubblewrap 0.8 or newer'
  if (/uid map|RTM_NEWADDR|Permission denied|Operation not permitted/i.test(why))
    // Ubuntu 24.04 lets only programs with an AppArmor profile make user namespaces.
    return 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); in a container, start it with --security-opt seccomp=unconfined'
  if (/No space left|namespace/i.test(why)) return 'sudo sysctl -w user.max_user_namespaces=15000'
  return undefined
}
