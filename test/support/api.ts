import { Client, Connection } from '@temporalio/client'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, health, type Loopwright } from '../../client/index.ts'
import { dataConverter } from '../../store/data-converter.ts'
import { openStore } from '../../store/open.ts'
import { createApp } from '../../console/app.ts'
import { type Place } from '../../console/handlers.ts'
import { hashOf, type StoredToken } from '../../console/identity.ts'
import { createInbox } from '../../console/inbox.ts'
import { createPace } from '../../console/pace.ts'
import { createSessions } from '../../console/sessions.ts'
import { openTokens } from '../../console/tokens.ts'
import { type ApiRole, apiRoles } from '../../contract/api-roles.ts'
import { declarations } from '../../contract/declarations.ts'
import { type Gate } from '../../contract/messages.ts'
import { bundleWorkflows } from '../../workers/bundle.ts'
import { startServer } from '../../workers/server.ts'
import { startWorker } from '../../workers/worker.ts'
import { declarations as own } from './workflows/gates.ts'
import { main } from './worker-process.ts'

/** A Temporal server of its own, so that lists show the runs of one test file alone, a worker with the workflow `asking`, and a client of both. */
export interface ApiBench {
  address: string
  stateFolder: string
  loopwright: Loopwright
  /** Starts a run that asks some questions at once; `{ seamEvery }` before them makes it continue as new. */
  ask(...gates: object[]): Promise<string>
  /** Starts `asking` under an id. */
  start(run: string, ...input: object[]): Promise<void>
  addToken(name: string, roles: string[]): Promise<string>
  removeToken(name: string): Promise<boolean>
  /** Its open questions, once there are so many. */
  openGates(run: string, count?: number): Promise<(Gate & { run: string })[]>
  close(): Promise<void>
}

/** The key that the workers and the API share. */
export const grantKey = 'the key that the workers and the API share'

export async function openApiBench(): Promise<ApiBench> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-api-'))
  const server = await startServer({ stateFolder, ui: false })
  const { address } = server
  const bundle = await bundleWorkflows(fileURLToPath(new URL('./workflows/api.ts', import.meta.url)))
  const worker = await startWorker({ address, stateFolder, bundle, environment: { ...process.env, LOOPWRIGHT_GRANT_KEY: grantKey } })
  const running = worker.run()
  const loopwright = await connect({ address, stateFolder })
  const connection = await Connection.connect({ address })
  const client = new Client({ connection, dataConverter: dataConverter(openStore(undefined, stateFolder)) })
  const tokens = openTokens({}, stateFolder)
  const start = async (workflowId: string, ...input: object[]) => {
    await client.workflow.start('asking', { workflowId, taskQueue: 'loops', args: input })
  }
  const openGates = async (run: string, count = 1): Promise<(Gate & { run: string })[]> => {
    for (;;) {
      const gates = await loopwright.gates(run)
      if (gates.length === count) return gates
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    address,
    stateFolder,
    loopwright,
    ask: async (...gates) => {
      const [first] = gates
      const carried = first && 'seamEvery' in first ? gates.splice(0, 1) : []
      const workflowId = `asking-${randomUUID()}`
      await start(workflowId, { gates }, ...carried)
      return workflowId
    },
    start,
    addToken: (name, roles) => tokens.add({ name, roles }),
    removeToken: (name) => tokens.remove(name),
    openGates,
    close: async () => {
      await loopwright.close()
      await connection.close()
      worker.shutdown()
      await running
      await server.stop()
      rmSync(stateFolder, { recursive: true, force: true })
    },
  }
}

/** An answer, read to its end; of a stream only its status. */
export interface Answered {
  status: number
  headers: Headers
  json: unknown
}

interface Asking {
  token?: string | undefined
  body?: unknown
  headers?: Record<string, string>
}

/** The API in this process, without a socket, and a token for each role; `stranger` has one that nobody knows. */
export interface ApiCaller {
  tokens: Record<ApiRole | 'lead' | 'stranger', string> & { nobody?: string }
  place: Place
  ask(method: string, path: string, asking?: Asking): Promise<Answered>
  raw(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answered>
  /** The answer as it comes. */
  stream(path: string, token: string, headers?: Record<string, string>): Promise<Response>
  /** Every route that is registered. */
  paths(): string[]
  /** Ends its streams. */
  end(): void
}

export function openApi(
  { loopwright, address, stateFolder }: Pick<ApiBench, 'loopwright' | 'address' | 'stateFolder'>,
  known: StoredToken[] = [],
): ApiCaller {
  const names = [...(Object.keys(apiRoles) as ApiRole[]), 'lead'] as const
  const tokens = {
    ...(Object.fromEntries(names.map((name) => [name, `token of ${name}`.replaceAll(' ', '-')])) as Record<ApiRole | 'lead', string>),
    stranger: 'made-up',
  }
  for (const name of names) known.push({ name: `the ${name}`, roles: [name], sha256: hashOf(tokens[name]) })
  const refuse = () => Promise.reject(new Error('the tokens of a test are fixed'))
  const place: Place = {
    loopwright,
    declarations: { ...declarations, ...own },
    health: () => health({ address, stateFolder }),
    tokens: { read: () => Promise.resolve(known), add: refuse, remove: refuse },
    sessions: createSessions(),
    pace: createPace(),
    inbox: createInbox(loopwright),
    environment: { LOOPWRIGHT_GRANT_KEY: grantKey },
    script: () => Promise.resolve(''),
    hosts: () => ['127.0.0.1:7777'],
  }
  const ends = new AbortController()
  const app = createApp(place, ends.signal)
  const request = async (method: string, path: string, headers: Record<string, string>, body?: string) =>
    app.request(`http://127.0.0.1:7777${path}`, {
      method: method.toUpperCase(),
      headers: { host: '127.0.0.1:7777', ...headers },
      ...(body === undefined ? {} : { body }),
    })
  const raw = async (...asking: Parameters<typeof request>): Promise<Answered> => {
    const response = await request(...asking)
    const { status, headers } = response
    if (headers.get('content-type') === 'text/event-stream') await response.body?.cancel()
    const json: unknown = headers.get('content-type')?.startsWith('application/json') ? await response.json() : undefined
    return { status, headers, json }
  }
  return {
    tokens,
    place,
    raw,
    ask: (method, path, { token, body, headers = {} } = {}) => {
      const own = {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      return raw(method, path, { ...own, ...headers }, body === undefined ? undefined : JSON.stringify(body))
    },
    stream: (path, token, headers = {}) => request('GET', path, { authorization: `Bearer ${token}`, ...headers }),
    paths: () => app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
    end: () => ends.abort(),
  }
}

/** `loopwright serve` as a user starts it. */
export interface ServedApi {
  process: ChildProcess
  said: string[]
  url: string
  open: string
}

export async function serveApi({ address, stateFolder }: ApiBench): Promise<ServedApi> {
  const words = ['serve', '--port', '0', '--roles', 'admin,lead', '--address', address, '--state-folder', stateFolder]
  const env = { ...process.env, LOOPWRIGHT_GRANT_KEY: grantKey, npm_command: '' }
  const serving = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  for await (const line of createInterface({ input: serving.stdout })) if (said.push(line) === 2) break
  const [open = ''] = /http:\S+/.exec(said[1] ?? '') ?? []
  return { process: serving, said, url: open.split('/#')[0] ?? '', open }
}
