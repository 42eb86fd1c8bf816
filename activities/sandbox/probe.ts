import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type Sandbox } from './sandbox.ts'
import { shipped } from './shipped.ts'

const timeoutMilliseconds = 20_000
const namespaces = ['user', 'ipc', 'pid', 'net', 'uts', 'mnt', 'cgroup']
const limits = { 'Max open files': 4_096, 'Max file size': 2 ** 30, 'Max core file size': 0, 'Max cpu time': 1e6, 'Max data size': 2 ** 34 }
const sizes = { '/tmp': 2 ** 30, '/home/agent': 2 ** 28, '/dev/shm': 2 ** 26 }

/** What only a program can try; the canary itself starts none. */
const shell = ['/bin/sh', '-c', 'unshare --user true 2>/dev/null && set -- "$@" "a user namespace"; exec "$@"', 'sh']

/**
 * Sends a canary into a sandbox: every attack must fail and every legal act work. Undefined when so, else why the sandbox does not hold. The host it
 * attacks is real: a file, a git dir, a server on TCP, one on a socket file and one on an abstract socket.
 */
export async function prove(sandbox: Sandbox): Promise<string | undefined> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-canary-')))
  const name = `loopwright-canary-${randomBytes(8).toString('hex')}`
  const servers: Server[] = []
  try {
    const at = (path: string) => join(base, path)
    await Promise.all(['workspace/.git', 'readable', 'writable'].map((path) => mkdir(at(path), { recursive: true })))
    await Promise.all(['secret', 'workspace/.git/config', 'readable/there'].map((path) => writeFile(at(path), name)))
    const port = await listen(servers, { host: '127.0.0.1', port: 0 })
    await listen(servers, { path: `\0${name}` })
    await listen(servers, { path: at('socket') })
    const host = {
      ...{ secret: at('secret'), folder: at('workspace'), readable: at('readable'), writable: at('writable') },
      ...{ port, abstract: name, socket: at('socket'), variable: 'LOOPWRIGHT_CANARY', pid: process.pid, limits, sizes },
      namespaces: Object.fromEntries(await Promise.all(namespaces.map(async (kind) => [kind, await readlink(`/proc/self/ns/${kind}`)]))),
    }
    const canary = shipped('canary.mjs')
    return await report(sandbox, [...shell, process.execPath, canary, JSON.stringify(host)], {
      ...{ folder: host.folder, readable: [host.readable, canary], writable: [host.writable] },
      ...{ environment: { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` }, timeoutMilliseconds },
    })
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    await rm(base, { recursive: true, force: true })
  }
}

/** Whether the kernel refuses a process more than a command may have: a shell starts a few that sleep, and says so when all of them could be started. */
export async function limitsTasks(sandbox: Sandbox): Promise<boolean> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-canary-')))
  const refused = new AbortController()
  try {
    const { stdout, output } = await sandbox.run(['/bin/sh', '-c', 'for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 9 & done; echo all'], {
      ...{ folder, environment: { PATH: '/usr/bin:/bin' }, timeoutMilliseconds, tasks: 8, signal: refused.signal },
      // Some shells try again for a quarter of a minute.
      onOutput: (chunk) => isRefusal(chunk) && refused.abort(),
    })
    return stdout.length === 0 && isRefusal(output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const isRefusal = (said: Buffer) => /fork/i.test(said.toString())

async function report(sandbox: Sandbox, argv: string[], command: Parameters<Sandbox['run']>[1]): Promise<string | undefined> {
  const { exitCode, ended, stdout, output } = await sandbox.run(argv, command)
  const said = output.toString().trim()
  if (exitCode !== 0) return said.split('\n')[0] || `the canary did not run (${ended ?? exitCode})`
  const broken = z.array(z.string()).parse(JSON.parse(stdout.toString()))
  return broken.length === 0 ? undefined : `the canary ${broken.join(', ')}`
}

function listen(servers: Server[], where: { host: string; port: number } | { path: string }): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  servers.push(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
