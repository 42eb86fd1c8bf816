import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@jest/globals'
import { knownProviders } from '../activities/model/providers.ts'
import { defaultSilence } from '../activities/model/watch.ts'
import { createPreflight } from '../activities/preflight/index.ts'
import { modelErrors } from '../contract/failures.ts'
import { startScriptedServer } from '../testing/index.ts'
import { newWorld } from './model.fixture.ts'

const page = await readFile(join(import.meta.dirname, '../docs/models.md'), 'utf8')
const block = (language: string) => new RegExp('```' + language + '\n([^]*?)```').exec(page)?.[1] ?? ''

test('the page on models names every provider with its URL and key, and every error with what is done then', () => {
  for (const [name, { url, urlVariable, keyVariable }] of Object.entries(knownProviders)) {
    const line = page.split('\n').find((row) => row.startsWith(`| \`${name}\` |`)) ?? ''
    expect(line).toContain(`\`${url}\``)
    expect(line).toContain(`\`${keyVariable}\``)
    expect(line).toContain(urlVariable ?? '')
  }
  for (const [type, { then, statuses }] of Object.entries(modelErrors)) {
    const line = page.split('\n').find((row) => row.startsWith(`| \`${type}\` |`)) ?? ''
    expect(line).toContain(then === 'next' ? '| next model |' : `| ${then} |`)
    for (const status of statuses) expect(line).toMatch(status < 500 ? String(status) : '5xx')
  }
  expect(page).toContain(
    `${defaultSilence.firstByte / 1_000} seconds without a first byte, or after ${defaultSilence.idle / 1_000} seconds`,
  )
})

test('the price file on the page is one', async () => {
  const world = await newWorld({ OPENAI_API_KEY: 'k' })
  await writeFile(join(world.stateFolder, 'prices.json'), block('json'))
  const { models } = await createPreflight(world)({ run: 'run', workflow: 'w', models: ['openai/my-model'], dollars: 5 })
  expect(models['openai/my-model']).toMatchObject({ price: { input: 250_000, output: 2_000_000 }, window: 128_000, maxOutput: 16_384 })
})

test('the script on the page is one', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'loopwright-docs-')), 'script.mjs')
  const testing = pathToFileURL(join(import.meta.dirname, '../testing/index.ts')).href
  await writeFile(file, block('js').replace("'loopwright/testing'", `'${testing}'`))
  const { default: script } = await import(file)
  const server = await startScriptedServer({ script })
  try {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'fix it' }] })
    const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body })
    expect(await response.text()).toContain('a + b')
  } finally {
    await server.close()
  }
})
