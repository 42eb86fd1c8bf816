import { afterAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { connect, securityOf } from '../client/index.ts'
import { testBundle } from './support/bundle.ts'
import { startWorker } from '../workers/worker.ts'

const certificate = (name: string) => fileURLToPath(new URL(`./fixtures/tls/${name}`, import.meta.url))
const files = (name: string) => ({ cert: readFileSync(certificate(`${name}.pem`)), key: readFileSync(certificate(`${name}.key`)) })
const variables = {
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificate('authority.pem'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificate('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificate('client.key'),
  TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
}
const [host = '', port = ''] = (process.env['LOOPWRIGHT_TEST_ADDRESS'] ?? '').split(':')
const closing: (() => void)[] = []
afterAll(() => closing.forEach((close) => close()))

async function portOf(server: { listen(port: number, host: string, then: () => void): unknown; address(): unknown; close(): unknown }) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0
}

/** The test run's Temporal behind TLS: whoever has no certificate of the authority is turned away. */
async function clusterWithTls(): Promise<string> {
  const authority = readFileSync(certificate('authority.pem'))
  const server = createServer({ ...files('server'), ca: authority, requestCert: true, ALPNProtocols: ['h2'] }, (socket) => {
    const behind = connectPlain(Number(port), host)
    socket.pipe(behind).pipe(socket)
    for (const end of [socket, behind]) end.on('error', () => {}).on('close', () => (socket.destroy(), behind.destroy()))
    closing.push(() => (socket.destroy(), behind.destroy()))
  })
  server.on('tlsClientError', () => {})
  return `127.0.0.1:${await portOf(server)}`
}

test('a worker and a client reach a cluster that asks for certificates, and nobody does without them', async () => {
  const address = await clusterWithTls()
  const [taskQueue, stateFolder] = [`tls-${randomUUID()}`, mkdtempSync(join(tmpdir(), 'loopwright-tls-'))]
  const security = securityOf(variables)
  const bundle = await testBundle(fileURLToPath(new URL('./support/workflows/core.ts', import.meta.url)))
  const { run, shutdown } = await startWorker({ address, security, taskQueue, stateFolder, bundle, environment: {} })
  const running = run()
  const client = await connect({ address, security, taskQueue, stateFolder })
  const started = await client.start('counting', { target: 2 })
  expect(await client.result(started)).toMatchObject({ status: 'accepted', value: 2 })
  await client.close()
  shutdown()
  await running
  const { clientCertPair: _, ...without } = typeof security.tls === 'object' ? security.tls : {}
  await expect(connect({ address, security: { tls: without } })).rejects.toMatchObject({ type: 'NoServer' })
  await expect(connect({ address, security: {} })).rejects.toMatchObject({ type: 'NoServer' })
})

test('an API key goes with every call, encrypted; a server that refuses it is told apart from one that is away', async () => {
  const heard = new Set<string | undefined>()
  const server = createSecureServer(files('server'))
  server.on('sessionError', () => {})
  server.on('session', (session) => closing.push(() => session.destroy()))
  server.on('stream', (stream, headers) => {
    heard.add(headers.authorization)
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': 'unknown key' },
      { endStream: true },
    )
  })
  const address = `127.0.0.1:${await portOf(server)}`
  const { TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME } = variables
  const security = securityOf({ TEMPORAL_API_KEY: 'key-1', TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME })
  await expect(connect({ address, security })).rejects.toMatchObject({ message: 'the Temporal server refuses: unknown key' })
  expect([...heard]).toEqual(['Bearer key-1'])
  expect(securityOf({ TEMPORAL_API_KEY: 'key-1' })).toEqual({ tls: true, apiKey: 'key-1' })
})

test('the embedded server is asked without them, whatever the variables say', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-embedded-'))
  writeFileSync(join(stateFolder, 'server.json'), JSON.stringify({ address: `${host}:${port}` }))
  process.env['TEMPORAL_API_KEY'] = 'key-1'
  try {
    await (await connect({ stateFolder })).close()
    await expect(connect({ address: 'localhost:' + port, stateFolder })).rejects.toMatchObject({ type: 'NoServer' })
  } finally {
    delete process.env['TEMPORAL_API_KEY']
  }
})

test('no variable asks for nothing, and a file that is not there is said in words', () => {
  expect(securityOf({ TEMPORAL_ADDRESS: 'x:7233', TEMPORAL_API_KEY: '' })).toEqual({})
  expect(() => securityOf({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere.pem', TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere.key' })).toThrow(
    /TEMPORAL_TLS_… names cannot be used: .*\/nowhere\.pem/,
  )
})
