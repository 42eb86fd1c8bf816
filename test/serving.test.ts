import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { runProcess } from '../activities/process.ts'
import { serverSettings } from '../workers/server-command.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const Service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  restart: z.string(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  profiles: z.array(z.string()).default([]),
})
const Compose = z.looseObject({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.unknown()) })
const { services, volumes } = Compose.parse(parse(read('docker-compose.yml'), { merge: true }))
const named = Object.entries(services)

const docker = (...words: string[]) =>
  runProcess(['docker', ...words], {
    cwd: root,
    environment: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    timeoutMilliseconds: 30_000,
  })
/** The client is enough, no engine is asked; where it can't compose, the test is skipped and counted so. */
const canCompose = (await docker('compose', 'version')).exitCode === 0

describe('docker-compose.yml', () => {
  test.each(named)('%s has a pinned image and is restarted when it falls', (_, { image, restart }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/)
    expect(restart).toMatch(/^(unless-stopped|on-failure:\d+)$/)
  })

  test.each(named)('%s listens on this machine alone', (_, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  test.each(named)('%s mounts only what there is', (_, mounted) => {
    for (const volume of mounted.volumes) {
      const [source = ''] = volume.replace(/^\$\{\w+:-([^}]+)\}/, '$1').split(':')
      if (source.startsWith('.')) expect({ source, there: existsSync(join(root, source)) }).toEqual({ source, there: true })
      else expect(Object.keys(volumes)).toContain(source)
    }
  })

  test.each(named)('%s waits for services that there are, in a state that they reach', (_, { depends_on }) => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      const other = services[name]
      expect(other).toBeDefined()
      if (condition === 'service_healthy') expect(other?.healthcheck).toBeDefined()
      else expect(other?.restart).toMatch(/^on-failure/)
    }
  })

  test('both servers run with the settings of the embedded one', () => {
    const file = z.record(z.string(), z.tuple([z.object({ value: z.unknown() })])).parse(parse(read('docker/dynamic-config.yaml')))
    expect(Object.fromEntries(Object.entries(file).map(([name, [{ value }]]) => [name, value]))).toEqual(serverSettings)
    const words = services['temporal-dev']?.command.filter((word) => word.startsWith('--dynamic-config-value='))
    expect(words).toEqual(Object.entries(serverSettings).map(([name, value]) => `--dynamic-config-value=${name}=${JSON.stringify(value)}`))
    const { DYNAMIC_CONFIG_FILE_PATH: path = 'none' } = services['temporal']?.environment ?? {}
    expect(services['temporal']?.volumes).toContain(`./docker/dynamic-config.yaml:/etc/temporal/${path}:ro`)
  })

  test('every variable that a worker is given is one that the program reads', () => {
    const sources = ['cli', 'client', 'workers', 'store', 'activities', 'contract']
      .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
      .filter((path) => path.endsWith('.ts'))
      .map(read)
      .join('\n')
    const example = [...read('docker/worker.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name)
    const given = [services['worker'], services['worker-dev']].flatMap((service) => Object.keys(service?.environment ?? {}))
    expect(example.length).toBeGreaterThan(3)
    for (const name of [...given, ...example]) expect({ name, known: sources.includes(name) }).toEqual({ name, known: true })
  })

  const readable = canCompose ? test : test.skip
  readable('docker itself reads it', async () => {
    const { exitCode, output } = await docker('compose', '--profile', 'dev', 'config', '--quiet')
    expect({ exitCode, output: output.toString() }).toMatchObject({ exitCode: 0 })
  })
})

describe('the image', () => {
  const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() })) })
  const steps = read('Dockerfile').replaceAll('\\\n', ' ').split('\n')
  let folder: string

  // What its last stage copies, and of node_modules what `npm ci --omit=dev` leaves; the container itself is not built here.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loopwright-image-'))
    const last = steps.slice(steps.findLastIndex((step) => step.startsWith('FROM ')))
    const copied = last.flatMap((step) => /^COPY (?:--from=\w+ )?(.*) \S+$/.exec(step)?.[1]?.split(' ') ?? [])
    const paths = copied.map((path) => path.replace('/loopwright/', '')).filter((path) => path !== 'node_modules')
    expect(paths).toEqual(expect.arrayContaining(['dist', 'scripts', 'package.json']))
    const packages = Object.entries(Lock.parse(JSON.parse(read('package-lock.json'))).packages)
    const kept = packages.filter(([path, { dev, devOptional }]) => path.split('node_modules').length === 2 && !dev && !devOptional)
    for (const path of [...paths, ...kept.map(([name]) => name)].filter((name) => existsSync(join(root, name)))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      cpSync(join(root, path), join(folder, path), { recursive: true })
    }
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const program = (...words: string[]) =>
    runProcess([process.execPath, join(folder, 'dist', 'cli', 'main.js'), ...words], {
      cwd: folder,
      environment: { PATH: '/usr/bin:/bin', HOME: folder, NODE_ENV: 'production' },
      timeoutMilliseconds: 60_000,
    })

  test('every service starts a command that the program has', async () => {
    const entry = steps.find((step) => step.startsWith('ENTRYPOINT'))
    expect(entry).toBe('ENTRYPOINT ["node", "/loopwright/dist/cli/main.js"]')
    for (const words of [services['worker']?.command ?? [], services['worker']?.healthcheck?.test.slice(3) ?? []]) {
      const { exitCode, output } = await program(...words, '--help')
      expect({ exitCode, output: output.toString() }).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining(`loopwright ${words[0]}`),
      })
    }
  })

  test('a worker of it starts without any development package, and takes work', async () => {
    const ending = new AbortController()
    let said = ''
    const { LOOPWRIGHT_TEST_ADDRESS: address = '' } = process.env
    const words = ['worker', '--state-folder', join(folder, 'state'), '--address', address, '--task-queue', `image-${Date.now()}`]
    const running = runProcess([process.execPath, join(folder, 'dist', 'cli', 'main.js'), ...words], {
      cwd: folder,
      environment: { PATH: '/usr/bin:/bin', HOME: folder, NODE_ENV: 'production' },
      timeoutMilliseconds: 50_000,
      signal: ending.signal,
      onOutput: (chunk) => {
        said += chunk.toString()
        if (said.includes('worker is ready')) ending.abort()
      },
    })
    await running
    expect(said).toContain(`worker is ready at ${address}`)
  })

  test('it is not run as root, and its base is pinned', () => {
    expect(steps.filter((step) => step.startsWith('USER '))).toEqual(['USER node'])
    for (const base of steps.filter((step) => step.startsWith('FROM '))) expect(base).toMatch(/^FROM node:20\.\d+\.\d+-bookworm-slim/)
    expect(steps.some((step) => /apt-get install.* git .*bubblewrap/.test(step))).toBe(true)
  })
})
