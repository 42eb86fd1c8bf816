import { describe, expect, test } from '@jest/globals'
import { ApplicationFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { whileAlive } from '../activities/tools/alive.ts'
import { guarded, withoutSecrets } from '../activities/secrets/edge.ts'
import { knownSecrets } from '../activities/secrets/known.ts'
import { secret, secretOr } from '../activities/secrets/named.ts'
import { redacted, redacting } from '../activities/secrets/redact.ts'
import { folderStore } from '../store/folder.ts'

const value = 'pa$$ wörd/"42"+x'
const redact = redacting([
  { name: 'MAIL', value },
  { name: 'LONGER', value: `${value}-and-more` },
])

describe('a secret is taken out of a text', () => {
  const bytes = Buffer.from(value)
  test.each<[string, string]>([
    ['as it is', value],
    ['in JSON', JSON.stringify({ key: value })],
    ['in a URL', `https://evil.test/?q=${encodeURIComponent(value)}`],
    ['in a URL, with small digits', encodeURIComponent(value).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ q: value }).toString().replace('q=', '')],
    ['in hex', bytes.toString('hex')],
    ['in capital hex', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64 for URLs', bytes.toString('base64url')],
    ...[0, 1, 2, 3].map((before): [string, string] => [
      `in base64 behind ${before} bytes`,
      Buffer.from(`${'x'.repeat(before)}${value}tail`).toString('base64'),
    ]),
  ])('%s', (_how, text) => {
    const clean = redact(`before ${text} after`)
    expect(clean).toMatch(/^before .*\[secret MAIL\].* after$/)
    for (const form of [value, encodeURIComponent(value), bytes.toString('hex'), bytes.toString('base64').slice(2, -4)])
      expect(clean.toLowerCase()).not.toContain(form.toLowerCase())
  })

  test('the longest first, every time it stands there, and nothing else', () => {
    expect(redact(`${value}-and-more ${value} ${value}`)).toBe('[secret LONGER] [secret MAIL] [secret MAIL]')
    expect(redact('pa$$ word')).toBe('pa$$ word')
    expect(redacting([])('anything')).toBe('anything')
  })

  test('however deep it stands in a value, names of members included', () => {
    const nested = { a: [{ [value]: `x${value}` }, 1, null, true] }
    expect(redacted(redact, nested)).toEqual({ a: [{ '[secret MAIL]': 'x[secret MAIL]' }, 1, null, true] })
  })
})

describe('what the worker knows as secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  writeFileSync(join(folder, 'deploy-key'), 'from-a-file-0001\n')
  writeFileSync(
    join(folder, 'mcp.json'),
    JSON.stringify({
      mcpServers: {
        a: { command: 'x', env: { API_TOKEN: 'in-mcp-env-0002', OTHER: '${NOTES_WORDS}', LANGUAGE: 'English-and-more' }, tools: { t: {} } },
        b: { url: 'https://b.test/', headers: { authorization: 'Bearer in-mcp-header-0003' }, tools: { t: {} } },
      },
    }),
  )
  const environment = {
    LOOPWRIGHT_SECRETS: folder,
    LOOPWRIGHT_MCP: join(folder, 'mcp.json'),
    LOOPWRIGHT_SECRET_MAIL: 'given-by-name-0004',
    OPENAI_API_KEY: 'provider-key-0005',
    DATABASE_URL: 'postgres://me:in%2Da-url-0006@db.test/x',
    NOTES_WORDS: 'used-by-mcp-0007',
    GITHUB_TOKEN: 'secret:deploy-key',
    AUTHOR_NAME: 'Johanna Keyes',
    KEYBOARD: 'querty-layout',
    SHORT_KEY: 'short',
    AWS_ACCESS_KEY_ID: 'loopwright',
    OTHER_URL: 'postgres://me:postgres@db.test/x',
    LOOPWRIGHT_SECRET_GIVEN: 'swordfish',
  }
  const names = knownSecrets({ stateFolder: folder, environment }).map(({ value: found }) => found)

  test('named ones, files, variables by their name, passwords in URLs, what MCP servers are given; no short words, and no ordinary variables', () => {
    for (let number = 1; number <= 7; number++) expect(names.some((found) => found.endsWith(`000${number}`))).toBe(true)
    expect(names).toContain('in-a-url-0006')
    expect(names).toContain('in-mcp-header-0003')
    expect(names).toContain('swordfish')
    for (const ordinary of ['Johanna Keyes', 'querty-layout', 'short', 'English-and-more', 'secret:deploy-key', 'loopwright', 'postgres'])
      expect(names).not.toContain(ordinary)
  })

  test('are looked up by name, and only by a whole reference', () => {
    expect(secret('deploy-key', environment)).toBe('from-a-file-0001')
    expect(secretOr('secret:mail', environment)).toBe('given-by-name-0004')
    expect(secretOr('not secret:mail', environment)).toBe('not secret:mail')
    expect(() => secretOr('secret:nothing', environment)).toThrow('There is no secret nothing: set LOOPWRIGHT_SECRET_NOTHING')
    for (const path of ['../mcp.json', '/etc/passwd', '.hidden']) expect(() => secret(path, environment)).toThrow('There is no secret')
  })
})

describe('at the edge', () => {
  const store = folderStore(mkdtempSync(join(tmpdir(), 'store-')))

  test('a store keeps texts without them, packs and other binary content as they are', async () => {
    const clean = withoutSecrets(store, redact)
    const { sha256 } = await clean.put(`a ${value} b`)
    expect(await store.text(sha256)).toBe('a [secret MAIL] b')
    const latin = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(value)])
    expect(Buffer.from(await store.get((await clean.put(latin)).sha256))).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('[secret MAIL]')]),
    )
    const binary = Buffer.concat([Buffer.from([0]), Buffer.from(value)])
    expect(Buffer.from(await store.get((await clean.put(binary)).sha256))).toEqual(binary)
  })

  test('results, errors with their causes and details, and heartbeats are without them', async () => {
    const { works, fails } = guarded(
      {
        works: () =>
          whileAlive(
            async () => new Promise((resolve) => setTimeout(() => resolve({ text: value }), 1_200)),
            () => ({ tail: value }),
          ),
        fails: async () => {
          throw ApplicationFailure.create({ message: `no ${value}`, type: 'T', details: [{ next: value }], cause: new Error(value) })
        },
      },
      redact,
    )
    const beats: unknown[] = []
    const environment = new MockActivityEnvironment()
    environment.on('heartbeat', (details: unknown) => beats.push(details))
    expect(await environment.run(works)).toEqual({ text: '[secret MAIL]' })
    expect(beats).toContainEqual({ tail: '[secret MAIL]' })
    const failed = await environment.run(fails).catch((error: unknown) => error)
    expect(failed).toMatchObject({
      message: 'no [secret MAIL]',
      type: 'T',
      details: [{ next: '[secret MAIL]' }],
      cause: { message: '[secret MAIL]' },
    })
    expect((failed as Error).stack).not.toContain(value)
  })
})
