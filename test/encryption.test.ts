import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client, Connection } from '@temporalio/client'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from '../activities/process.ts'
import { openTokens } from '../console/tokens.ts'
import { findTemporal } from '../workers/find-temporal.ts'
import { main } from './support/worker-process.ts'
import { foldTrace } from '../client/trace/trace.ts'
import { dataConverter } from '../store/data-converter.ts'
import { folderStore } from '../store/folder.ts'
import { payloadCodec } from '../store/payload-codec.ts'
import { openStore } from '../store/open.ts'
import { isSealed, sealingOf } from '../store/sealing.ts'
import { bundleWorkflows } from '../workers/bundle.ts'
import { replayHistory } from '../workers/replay.ts'
import { type LoopwrightWorker, startWorker } from '../workers/worker.ts'
import { storeContract } from './store.contract.ts'
import { brokenSum, makeRepository } from './support/repository.ts'

const newKey = () => randomBytes(32).toString('base64')
const [old, now, stranger] = [newKey(), newKey(), newKey()]
const sealing = (...keys: string[]) => sealingOf({ LOOPWRIGHT_ENCRYPTION_KEY: keys.join(' ') })!
const folder = () => mkdtempSync(join(tmpdir(), 'sealed-'))

describe('an encrypted folder as artifact store', () => {
  storeContract(async () => {
    const place = folder()
    return {
      store: folderStore(place, sealing(now, old)),
      again: () => folderStore(place, sealing(now)),
      damage: (hash) => writeFile(join(place, hash.slice(0, 2), hash.slice(2)), 'not it'),
    }
  })
})

describe('what is sealed', () => {
  const text = Buffer.from('the plan of the plans')

  test('comes back by its key, differs each time, and tells nothing', () => {
    const [first, second] = [sealing(now).seal(text), sealing(now).seal(text)]
    expect(Buffer.from(sealing(now).open(first))).toEqual(text)
    expect(first).not.toEqual(second)
    expect(Buffer.from(first).includes('plan')).toBe(false)
    expect(isSealed(first)).toBe(true)
  })

  test('by an old key is read as long as that key is among the keys; the first encrypts', () => {
    const before = sealing(old).seal(text)
    expect(Buffer.from(sealing(now, old).open(before))).toEqual(text)
    expect(() => sealing(old).open(sealing(now, old).seal(text))).toThrow('is encrypted with the key')
  })

  test('by another key, changed in one bit, or not sealed at all is refused in a sentence', () => {
    const sealed = sealing(now).seal(text)
    expect(() => sealing(stranger).open(sealed)).toThrow(
      /encrypted with the key [0-9a-f]{16}, and LOOPWRIGHT_ENCRYPTION_KEY has only [0-9a-f]{16}/,
    )
    for (const at of [10, 20, 40, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed[at]! ^= 1
      expect(() => sealing(now).open(changed)).toThrow(/changed after it was encrypted|encrypted with the key/)
    }
    expect(() => sealing(now).open(text)).toThrow('is not encrypted, and encryption is on')
    expect(sealingOf({ LOOPWRIGHT_ENCRYPTION_KEY: now, LOOPWRIGHT_ENCRYPTION_PLAIN: 'accept' })!.open(text)).toBe(text)
  })

  test('no two seals share a nonce', () => {
    const nonces = Array.from({ length: 50 }, () => Buffer.from(sealing(now).seal(text)).subarray(16, 28).toString('hex'))
    expect(new Set(nonces).size).toBe(50)
  })

  test('a plain payload is refused, one that is sealed comes back with its notes, and the codec itself hides both', async () => {
    const plain = { metadata: { encoding: Buffer.from('json/plain'), note: Buffer.from('the plan') }, data: text }
    const codec = payloadCodec(sealing(now))
    const [sealed] = await codec.encode([plain])
    expect(Buffer.concat([sealed!.data!, ...Object.values(sealed!.metadata!)]).includes('plan')).toBe(false)
    const [opened] = await codec.decode([sealed!])
    expect([Buffer.from(opened!.data!), Buffer.from(opened!.metadata!['note']!).toString()]).toEqual([text, 'the plan'])
    await expect(codec.decode([plain])).rejects.toThrow('is not encrypted, and encryption is on')
    await expect(payloadCodec(sealing(stranger)).decode([sealed!])).rejects.toThrow('is encrypted with the key')
    expect(await payloadCodec({ ...sealing(now), acceptsPlain: true }).decode([plain])).toEqual([plain])
  })

  test('keys come from a variable or a file, as base64 or hex; what is no key is refused', () => {
    const file = join(folder(), 'keys')
    writeFileSync(file, `${now}\n${Buffer.from(old, 'base64').toString('hex')}\n`)
    const both = sealingOf({ LOOPWRIGHT_ENCRYPTION_KEY_FILE: file })!
    for (const key of [now, old]) expect(Buffer.from(both.open(sealing(key).seal(text)))).toEqual(text)
    expect(sealingOf({})).toBeUndefined()
    for (const bad of ['short', `${now}x`, 'x'.repeat(64), `${now} short`])
      expect(() => sealing(bad)).toThrow(/key [12] of LOOPWRIGHT_ENCRYPTION_KEY is not 32 bytes/)
    expect(() => sealingOf({ LOOPWRIGHT_ENCRYPTION_KEY_FILE: '/nowhere' })).toThrow('/nowhere cannot be read')
  })
})

describe('a whole run', () => {
  const marker = `secret plan ${randomUUID()}`
  const stateFolder = folder()
  const environment = { LOOPWRIGHT_ENCRYPTION_KEY: `${now} ${old}` }
  const store = openStore(undefined, stateFolder, environment)
  const taskQueue = `sealed-${randomUUID()}`
  let connection: Connection
  let worker: LoopwrightWorker
  let running: Promise<void>
  let bundle: { code: string }

  const clientOf = (keys: string | undefined) =>
    new Client({
      connection,
      dataConverter: dataConverter(folderStore(join(stateFolder, 'artifacts'), keys === undefined ? undefined : sealing(keys))),
    })
  const everyFile = (path: string): string[] =>
    statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => everyFile(join(path, name))) : [path]

  beforeAll(async () => {
    const address = process.env['LOOPWRIGHT_TEST_ADDRESS']!
    connection = await Connection.connect({ address })
    bundle = await bundleWorkflows(undefined, true)
    worker = await startWorker({ address, taskQueue, stateFolder, bundle, environment })
    running = worker.run()
  }, 120_000)

  afterAll(async () => {
    worker.shutdown()
    await running
    await connection.close()
  })

  test('goes as ever, and neither the database nor an artifact holds a word of its input; its failures neither', async () => {
    const { workflow } = clientOf(now)
    const input = { repo: makeRepository(brokenSum), test: 'node --test', goal: marker, models: 'builtin/repair' }
    const start = (args: unknown[]) => workflow.start('testAndFix', { taskQueue, workflowId: `sealed-${randomUUID()}`, args })
    const run = await start([input])
    expect(await run.result()).toMatchObject({ status: 'accepted' })
    const failing = await start([{ ...input, [marker]: 1 }])
    await expect(failing.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining(marker) } })
    await worker.keep([run.workflowId])

    const history = await workflow.getHandle(run.workflowId).fetchHistory()
    const files = [...everyFile(join(stateFolder, 'artifacts')), ...everyFile(join(process.env['LOOPWRIGHT_TEST_FOLDER']!, '.loopwright'))]
    const based = Buffer.from(marker).toString('base64').slice(0, 20)
    const telling = files.filter((path) => [marker, based].some((form) => readFileSync(path, 'latin1').includes(form)))
    expect(telling).toEqual([])
    // The same search finds what is not hidden: the name of the workflow.
    expect(files.some((path) => readFileSync(path, 'latin1').includes(run.workflowId))).toBe(true)

    const json = JSON.parse(historyToJSON(history)) as unknown
    expect(await replayHistory(json, { workflowId: run.workflowId, bundle, store })).toEqual({ events: history.events!.length })
    const trace = await foldTrace({ store, converter: loadDataConverter(dataConverter(store)) }, run.workflowId, [history])
    expect(JSON.stringify(trace)).toContain(marker)
    await expect(clientOf(stranger).workflow.getHandle(run.workflowId).result()).rejects.toThrow(/is encrypted with the key/)
    await expect(clientOf(undefined).workflow.getHandle(run.workflowId).result()).rejects.toThrow(
      /Unknown encoding: binary\/loopwright-sealed/,
    )
  }, 120_000)

  test('the plain command line of Temporal reads and starts what is encrypted through the codec of serve, and only with a token for it', async () => {
    const address = process.env['LOOPWRIGHT_TEST_ADDRESS']!
    const tokens = openTokens({}, stateFolder)
    const [viewer, operator] = [
      await tokens.add({ name: 'vera', roles: ['viewer'] }),
      await tokens.add({ name: 'otto', roles: ['operator'] }),
    ]
    const words = ['serve', '--port', '0', '--address', address, '--state-folder', stateFolder, '--codec-origin', 'http://127.0.0.1:8233/']
    const serving = spawn(process.execPath, [main, ...words], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [said] = (await once(serving.stdout, 'data')) as [Buffer]
      const [url] = /http:\/\/\S+\d/.exec(String(said))!
      const found = await findTemporal(process.env)
      const temporal = async (token: string, ...line: string[]) => {
        const codec = ['--address', address, '--codec-endpoint', `${url}/codec`, '--codec-auth', `Bearer ${token}`]
        const argv = ['command' in found ? found.command : '', 'workflow', ...line, ...codec]
        const done = await runProcess(argv, { cwd: stateFolder, environment: { HOME: stateFolder }, timeoutMilliseconds: 60_000 })
        return `${done.exitCode} ${done.output.toString()}`
      }
      // As JSON it shows the bytes of payloads as base64.
      const show = async (token: string, run: string, ...more: string[]) => {
        const shown = await temporal(token, 'show', '--workflow-id', run, '--output', 'json', ...more)
        return shown.replaceAll(/"data": "([^"]*)"/g, (_whole, data: string) => Buffer.from(data, 'base64').toString())
      }
      const long = `${marker} ${'x'.repeat(40_000)}`
      const id = `sealed-${randomUUID()}`
      const input = ['--type', 'testAndFix', '--task-queue', taskQueue, '--workflow-id', id, '--input', JSON.stringify({ [marker]: long })]
      // It asks again until its time is over.
      expect(await temporal(viewer, 'start', ...input, '--command-timeout', '2s')).toMatch(/^[1-9]/)
      await expect(clientOf(now).workflow.getHandle(id).describe()).rejects.toThrow()
      expect(await temporal(operator, 'start', ...input)).toContain(id)
      await expect(clientOf(now).workflow.getHandle(id).result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining(marker) },
      })

      // Its input, and in its failure what was wrong with it.
      expect((await show(viewer, id)).split(marker).length).toBeGreaterThan(2)
      for (const token of ['made-up', '']) expect(await show(token, id, '--command-timeout', '2s')).not.toContain(marker)

      // A value that is kept by its hash.
      const large = await clientOf(now).workflow.start('testAndFix', { taskQueue, workflowId: `${id}-large`, args: [{ [marker]: long }] })
      await large.result().catch(() => {})
      expect(await show(viewer, `${id}-large`)).toContain(long)

      const page = (origin: string, method: string, path = '/codec/decode') =>
        fetch(`${url}${path}`, {
          method,
          headers: {
            origin,
            'sec-fetch-site': 'cross-site',
            ...(method === 'POST' ? { authorization: `Bearer ${viewer}`, 'content-type': 'application/json' } : {}),
          },
          ...(method === 'POST' ? { body: '{"payloads":[]}' } : {}),
        })
      const own = 'http://127.0.0.1:8233'
      const answers = [
        await page(own, 'OPTIONS'),
        await page(own, 'POST'),
        await page('http://evil.example', 'OPTIONS'),
        await page('http://evil.example', 'POST'),
        await page(own, 'OPTIONS', '/runs'),
        await page(own, 'POST', '/runs'),
      ]
      expect(answers.map(({ status, headers }) => [status, headers.get('access-control-allow-origin')])).toEqual([
        [204, own],
        [200, own],
        [400, null],
        [400, null],
        [400, null],
        [400, null],
      ])
    } finally {
      serving.kill('SIGKILL')
    }
  }, 180_000)
})
