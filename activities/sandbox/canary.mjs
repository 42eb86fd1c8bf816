// Runs inside the sandbox that is to be proved. Prints as JSON which attacks succeeded and which legal acts failed; the words complete "the canary …".
import { lookup } from 'node:dns/promises'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'

const host = JSON.parse(process.argv[2] ?? '{}')
const broken = []

/** An attack that must fail: by throwing, or by saying false. */
async function attack(words, act) {
  const done = await Promise.resolve()
    .then(act)
    .catch(() => false)
  if (done !== false) broken.push(words)
}

/** A legal act that must work. */
async function legal(words, act) {
  const done = await Promise.resolve()
    .then(act)
    .catch(() => false)
  if (done === false) broken.push(`could not ${words}`)
}

const write = (path) => {
  writeFileSync(path, 'canary')
  unlinkSync(path)
}
const open = (path) => closeSync(openSync(path, 'r+'))
const reach = (where) =>
  new Promise((resolve) => {
    const socket = connect(where)
    socket.once('connect', () => resolve(socket.destroy()))
    socket.once('error', () => resolve(false))
    socket.setTimeout(500, () => resolve(false))
  })

await attack('read a file of the host', () => readFileSync(host.secret))
await attack('saw what lies beside the workspace', () => readdirSync(join(host.folder, '..')).includes('secret'))
await attack('read /etc/shadow', () => readFileSync('/etc/shadow'))
await attack('saw a variable of the host', () => host.variable in process.env)
await attack('read the git dir of the workspace', () => readFileSync(join(host.folder, '.git', 'config')))
await attack('wrote what it may only read', () => write(join(host.readable, 'canary')))
for (const path of ['/', '/usr', '/etc', '/dev', '/home']) await attack(`wrote into ${path}`, () => write(join(path, 'canary')))
await attack('could change the settings of the kernel', () => open('/proc/sys/kernel/core_pattern'))
await attack('reached the host by TCP', () => reach({ host: '127.0.0.1', port: host.port }))
await attack('reached an abstract socket of the host', () => reach({ path: `\0${host.abstract}` }))
await attack('reached a socket file of the host', () => reach({ path: host.socket }))
await attack('saw a process of the host', () => existsSync(`/proc/${host.pid}`))
for (const [name, id] of Object.entries(host.namespaces))
  await attack(`shares the ${name} namespace of the host`, () => readlinkSync(`/proc/self/ns/${name}`) === id)
await attack('made a user namespace', () => process.argv[3] === 'a user namespace')
await attack('has privileges', () => !/^CapBnd:\s*0+$/m.test(readFileSync('/proc/self/status', 'utf8')))
await attack('stayed in the session of the host', () => /^\d+ \(.*\) . \d+ \d+ 0 /.test(readFileSync('/proc/self/stat', 'utf8')))
for (const [name, most] of Object.entries(host.limits)) await attack(`has no limit for ${name}`, () => !(limitOf(name) <= most))
for (const [path, most] of Object.entries(host.sizes)) await attack(`could fill ${path} without end`, () => !(sizeOf(path) <= most))

await legal('write into the workspace', () => write(join(host.folder, 'canary')))
for (const path of [process.env.HOME, process.env.TMPDIR, '/dev/shm', host.writable])
  await legal(`write into ${path}`, () => write(join(path, 'canary')))
await legal('read what it may read', () => readFileSync(join(host.readable, 'there')))
await legal('see itself', () => readFileSync('/proc/self/status'))
await legal('write to /dev/null', () => writeFileSync('/dev/null', 'x'))
await legal('serve and connect on its own loopback', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const reached = await reach({ host: '127.0.0.1', port: server.address().port })
  server.close()
  return reached
})
await legal('find localhost', () => lookup('localhost'))

function limitOf(name) {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(name))
  return Number(line?.slice(26).trim().split(/\s+/)[1] ?? NaN)
}

function sizeOf(path) {
  const { blocks, bsize } = statfsSync(path)
  return blocks === 0 ? Infinity : blocks * bsize
}

process.stdout.write(JSON.stringify(broken))
