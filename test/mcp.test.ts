import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openMcp } from '../activities/mcp/open.ts'
import { type Mcp } from '../activities/mcp/tools.ts'
import { EffectRefused, type ToolContext } from '../activities/effects/tool.ts'
import { startProcess } from '../activities/process.ts'
import { skillTool } from '../activities/skills/tool.ts'
import { type Gate } from '../contract/messages.ts'
import { type ScriptedServer, startScriptedServer } from '../testing/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { freePort } from '../workers/ports.ts'
import { makeRepository } from './support/repository.ts'

const server = resolve('test/support/mcp-server.mjs')
const context = (signal = new AbortController().signal): ToolContext => ({
  effect: 'run/0/stage',
  secret: String,
  key: 'key',
  signal,
  run: 'run',
  stage: 'stage',
  environment: {},
})
const opened: Mcp[] = []

async function open(tools: object, more: object = {}, environment: Record<string, string> = {}) {
  const stateFolder = mkdtempSync(join(tmpdir(), 'loopwright-mcp-'))
  const ledger = join(stateFolder, 'ledger')
  const changed = join(stateFolder, 'changed')
  const settings = { mcpServers: { own: { command: 'node', args: [server], env: { LEDGER: ledger, CHANGED: changed }, tools, ...more } } }
  writeFileSync(join(stateFolder, 'mcp.json'), JSON.stringify(settings))
  const mcp = await openMcp({ stateFolder, environment: { PATH: process.env.PATH, ...environment } })
  opened.push(mcp)
  const tool = (name: string) => mcp.tools.find((candidate) => candidate.name === name)!
  return { ...mcp, tool, ledger, changed, call: (name: string) => tool(name).perform({ text: 'this' }, context()) }
}

afterAll(async () => {
  for (const mcp of opened) await mcp.close()
})

test('only the tools that are named exist, and what an unnamed class may do is once', async () => {
  const { tools, call, problems } = await open({ look: { class: 'read' }, note: {} })
  expect(tools.map(({ name, class: effect }) => [name, effect])).toEqual([
    ['own_look', 'read'],
    ['own_note', 'once'],
  ])
  expect(tools[0]!.schema).toMatchObject({ required: ['text'] })
  expect(problems).toEqual([])
  expect(await call('own_look')).toBe('looked at this; has none')
})

test('a tool may be named as one that waits for something, if it only reads', async () => {
  const { tool } = await open({ look: { class: 'read', polling: true } })
  expect(tool('own_look').polling).toBe(true)
  await expect(open({ note: { polling: true } })).rejects.toThrow('only a tool that reads may poll')
})

test('what a server says of its tools can only make them stricter', async () => {
  const { tool, problems } = await open({ note: { class: 'read', polling: true }, look: {} })
  expect(tool('own_note').class).toBe('once')
  expect(tool('own_note')).not.toHaveProperty('polling')
  expect(problems).toEqual([expect.stringContaining("own_note is taken as 'once'")])
  // It says that it only reads; nobody who runs the worker said so.
  expect(tool('own_look').class).toBe('once')
})

test('a server sees the variables that its settings name, and no key of the worker', async () => {
  const { call } = await open({ look: { class: 'read' } }, {}, { SECRET: 'canary' })
  expect(await call('own_look')).toContain('has none')
  const named = await open({ look: { class: 'read' } }, { env: { SECRET: '${SECRET}' } }, { SECRET: 'canary' })
  expect(await named.call('own_look')).toContain('has a secret')
  const missing = await open({ look: { class: 'read' } }, { env: { SECRET: '${SECRET}' } })
  expect(missing.problems).toEqual([expect.stringContaining('the variable SECRET is not set')])
})

test('errors that a tool reports and things that are no text are told to the model in words', async () => {
  const { call } = await open({ complains: {}, draws: {} })
  expect(await call('own_complains')).toBe('The tool reports an error:\nthe disk is full')
  expect(await call('own_draws')).toBe('[image image/png, 3 bytes]')
})

test('a server may not ask back: neither for a model nor for a person', async () => {
  const { call } = await open({ 'asks-back': {} })
  expect(await call('own_asks-back')).toContain('reports an error')
})

test('a server that dies is started again for the next call; the call it died in is a doubt, not a refusal', async () => {
  const { call, ledger } = await open({ 'dies-after': {}, look: { class: 'read' } })
  const died = await call('own_dies-after').catch((error: unknown) => error)
  expect(died).toBeInstanceOf(Error)
  expect(died).not.toBeInstanceOf(EffectRefused)
  expect(readFileSync(ledger, 'utf8')).toBe('this\n')
  expect(await call('own_look')).toContain('looked at this')
})

test('a tool that is no longer what it was is refused until somebody looks', async () => {
  const { call, changed, tool } = await open({ turns: {}, 'dies-after': {} })
  expect(await call('own_turns')).toBe('turned')
  writeFileSync(changed, '')
  await call('own_dies-after').catch(() => {})
  await expect(tool('own_turns').perform({ text: '' }, context())).rejects.toThrow(/has changed what turns is/)
})

test('a call that is cancelled ends at once', async () => {
  const { tool } = await open({ hangs: {} })
  const controller = new AbortController()
  const hanging = tool('own_hangs').perform({ text: '' }, context(controller.signal))
  controller.abort()
  await expect(hanging).rejects.toThrow()
})

test('a server over HTTP is reached with the headers of its settings, and again after it was away', async () => {
  const port = await freePort()
  const start = () =>
    startProcess([process.execPath, server, String(port)], { cwd: '.', environment: { PATH: process.env.PATH! }, logFile: '/dev/null' })
  const http = {
    command: undefined,
    args: undefined,
    env: undefined,
    url: `http://127.0.0.1:${port}/mcp`,
    headers: { authorization: 'Bearer ${TOKEN}' },
  }
  let running = await start()
  const reached = await whenUp(() => open({ look: { class: 'read' } }, http, { TOKEN: 'open' }))
  expect(await reached.call('own_look')).toContain('looked at this')
  const refused = await open({ look: {} }, http, { TOKEN: 'wrong' })
  expect(refused.problems).toEqual([expect.stringContaining('out of reach')])
  process.kill(-running.pid, 'SIGKILL')
  await running.exited
  await expect(reached.call('own_look')).rejects.toThrow()
  running = await start()
  try {
    expect(await whenUp(() => reached.call('own_look'))).toContain('looked at this')
  } finally {
    process.kill(-running.pid, 'SIGKILL')
    await running.exited
  }
})

/** Tries until the server answers. */
async function whenUp<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined && !(found as Partial<Mcp>).problems?.length) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('settings that cannot be used are refused with the file and the place, and a server out of reach is named', async () => {
  await expect(open({})).rejects.toThrow(/mcp\.json.*name at least one tool/s)
  const away = await open({ look: {} }, { command: 'no-such-program' })
  expect(away.problems).toEqual([expect.stringContaining('The MCP server own is out of reach')])
  expect(away.tool('own_look').outOfReach).toBe(true)
  await expect(away.call('own_look')).rejects.toThrow(EffectRefused)
  expect((await open({ lok: {} })).problems).toEqual([expect.stringMatching(/has no tool lok; it has look, note/)])
})

test('skills are a catalogue first, then a text, then its files, and nothing beside them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-skills-'))
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'SKILL.md'), 'no head')
  const { tools, problems } = skillTool([resolve('test/fixtures/skills'), folder])
  expect(problems).toEqual([expect.stringContaining('broken')])
  const [skill] = tools
  expect(skill!.description).toContain('- release-notes: Writes release notes')
  const call = (args: Record<string, string>) => skill!.perform(args, context())
  expect(await call({ name: 'release-notes' })).toMatch(/^# Release notes[\s\S]*read with `file`: references\/tone\.md$/)
  expect(await call({ name: 'release-notes', file: 'references/tone.md' })).toContain('no exclamation marks')
  await expect(call({ name: 'release-notes', file: '../../outside' })).rejects.toThrow(EffectRefused)
  await expect(call({ name: 'other' })).rejects.toThrow(/there are release-notes/)
  mkdirSync(join(folder, 'linked'))
  symlinkSync('/etc/passwd', join(folder, 'linked', 'passwd'))
  writeFileSync(join(folder, 'linked', 'SKILL.md'), '---\nname: linked\ndescription: x\n---\n')
  await expect(skillTool([folder]).tools[0]!.perform({ name: 'linked', file: 'passwd' }, context())).rejects.toThrow(EffectRefused)
})

const filesystem = resolve('node_modules/@modelcontextprotocol/server-filesystem/dist/index.js')
let bench: CoreBench
let models: ScriptedServer
let notes: string
let ledger: string

beforeAll(async () => {
  notes = mkdtempSync(join(tmpdir(), 'loopwright-notes-'))
  ledger = join(notes, 'ledger')
  writeFileSync(join(notes, 'right.txt'), 'a + b')
  models = await startScriptedServer({
    script: ({ messages }) => {
      const turn = messages.filter(({ role }) => role === 'assistant').length
      const last = JSON.stringify(messages.at(-1)?.content)
      if (turn === 0) return { toolCalls: [{ name: 'skill', arguments: { name: 'release-notes' } }] }
      if (turn === 1) return { toolCalls: [{ name: 'files_read_text_file', arguments: { path: join(notes, 'right.txt') } }] }
      if (turn === 2) {
        const found = last.includes('a + b')
        return { toolCalls: [{ name: 'edit', arguments: { path: 'sum.js', search: 'a - b', replace: found ? 'a + b' : 'a * b' } }] }
      }
      if (turn === 3) return { toolCalls: [{ name: 'own_dies-after', arguments: { text: 'announced' } }] }
      return { toolCalls: [{ name: 'finish', arguments: { answer: 'done' } }] }
    },
  })
  const settings = join(notes, 'mcp.json')
  const mcpServers = {
    files: { command: 'node', args: [filesystem, notes], tools: { read_text_file: { class: 'read' } } },
    own: { command: 'node', args: [server], env: { LEDGER: ledger }, tools: { 'dies-after': { minutes: 0.05 } } },
  }
  writeFileSync(settings, JSON.stringify({ mcpServers }))
  bench = await openBench(resolve('workflows/index.ts'), {
    PATH: process.env.PATH!,
    OPENAI_BASE_URL: models.url,
    OPENAI_API_KEY: 'key',
    LOOPWRIGHT_MCP: settings,
    LOOPWRIGHT_SKILLS: resolve('test/fixtures/skills'),
  })
})
afterAll(async () => {
  await bench.close()
  await models.close()
})

test('a model uses a real MCP server and a skill while it repairs, and an effect whose server died is asked about, not repeated', async () => {
  const repo = makeRepository({
    'sum.js': 'module.exports = (a, b) => a - b\n',
    'sum.test.js': "require('node:test').test('adds', () => require('node:assert').equal(require('./sum.js')(2, 3), 5))\n",
  })
  const tools = ['skill', 'files_read_text_file', 'own_dies-after']
  const run = await bench.start('testAndFix', { repo, test: 'node --test', models: 'openai/any', tools })
  let gate: Gate | undefined
  while (!gate) {
    await new Promise((wait) => setTimeout(wait, 100))
    ;[gate] = await run.query<Gate[]>('gates').catch(() => [])
  }
  expect(gate.question).toContain('own_dies-after')
  await run.executeUpdate('decide', { args: [{ gate: gate.gate, digest: gate.digest, answer: 'yes' }] })
  expect(await run.result()).toMatchObject({ status: 'accepted', value: { files: ['sum.js'] } })
  expect(existsSync(ledger) && readFileSync(ledger, 'utf8')).toBe('announced\n')
})

test('a tool that no server has fails the run before anything is spent, with those there are', async () => {
  const run = await bench.start('testAndFix', {
    repo: makeRepository({ a: '' }),
    test: 'true',
    models: 'openai/any',
    tools: ['files_write_file'],
  })
  await expect(run.result()).rejects.toMatchObject({
    cause: { type: 'UnknownTool', message: expect.stringContaining('files_read_text_file') },
  })
})
