import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { knownProviders } from '../activities/model/known-providers.ts'
import { isLocal } from '../activities/model/local.ts'
import { ModelSettings, ProviderSettings } from '../activities/model/settings.ts'
import { defaultSilence } from '../activities/model/watch.ts'
import { createPreflight } from '../activities/preflight/index.ts'
import { abilities } from '../contract/abilities.ts'
import { modelErrors } from '../contract/failures.ts'
import { providerKinds, startScriptedServer } from '../testing/index.ts'
import { newWorld } from './model.fixture.ts'

const path = join(import.meta.dirname, '../docs/models.md')
const page = await readFile(path, 'utf8')
const block = (language: string) => new RegExp('```' + language + '\n([^]*?)```').exec(page)?.[1] ?? ''
const row = (...cells: string[]) => `| ${cells.join(' | ')} |`

/** The parts of the page that are printed, each between a comment with its name and one with a slash. */
const printed = {
  providers: optionTable('of a provider', ProviderSettings),
  models: optionTable('of a model', ModelSettings),
  lacks: [row('without', 'what is done'), row('---', '---'), ...Object.entries(abilities).map(([name, done]) => row(`\`${name}\``, done))],
}

function optionTable(title: string, schema: z.ZodType): string[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  const rows = Object.entries(properties).map(([name, option]) => {
    const { description = '', type, enum: values } = option as { description?: string; type?: string; enum?: string[] }
    const [about = '', otherwise = ''] = description.replace(/\.$/, '').split(/\. Default: /)
    return row(`\`${name}\``, values ? values.join(', ') : (type ?? ''), `${about}.`, otherwise)
  })
  return [row(title, 'type', 'meaning', 'default'), row('---', '---', '---', '---'), ...rows]
}

test('the tables of options and of what servers lack are those of the schemas', async () => {
  const now = Object.entries(printed).reduce(
    (text, [name, lines]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`),
        (_all, begin, end) => `${begin}\n${lines.join('\n')}\n\n${end}`,
      ),
    page,
  )
  if (process.env['LOOPWRIGHT_RECORD']) await writeFile(path, now)
  else expect(page).toBe(now)
})

test('every option of the models file has one sentence and a default', () => {
  for (const lines of [printed.providers, printed.models])
    for (const line of lines.slice(2)) expect(line).toMatch(/^\| `\w+` \| [a-z_, ]+ \| [^|.]+\. \| [^|]+ \|$/)
})

test('the page on models names every provider with its URL and key, and every error with what is done then', () => {
  for (const [name, { url, urlVariable, keyVariable, example }] of Object.entries(knownProviders)) {
    const line = page.split('\n').find((each) => each.trim().startsWith(`| \`${name}\` |`)) ?? ''
    expect(line).toContain(url ? `\`${url}\`` : 'your resource')
    expect(line).toContain(`\`${name}/${example}\``)
    expect(line).toContain(urlVariable ?? '')
    expect(isLocal(url ?? 'https://azure.example') ? page : line).toContain(`\`${keyVariable}\``)
  }
  for (const [type, { then, statuses }] of Object.entries(modelErrors)) {
    const line = page.split('\n').find((each) => each.startsWith(`| \`${type}\` |`)) ?? ''
    expect(line).toContain(then === 'next' ? '| next model |' : `| ${then} |`)
    for (const status of statuses) expect(line).toMatch(status < 500 ? String(status) : '5xx')
  }
  expect(page).toContain(
    `${defaultSilence.firstByte / 1_000} seconds without a first byte, or after ${defaultSilence.idle / 1_000} seconds`,
  )
})

test('the page names every kind that the scripted server can be', () => {
  for (const kind of Object.keys(providerKinds)) expect(/The kinds are [^]*?\n/.exec(page)?.[0]).toContain(`\`${kind}\``)
})

test('the models file on the page is one', async () => {
  const world = await newWorld({ OPENAI_API_KEY: 'k', GATEWAY_KEY: 'k' })
  await writeFile(join(world.stateFolder, 'models.json'), block('json'))
  const models = ['openai/my-model', 'gateway/m', 'vllm/gemma']
  const { models: facts } = await createPreflight(world)({ run: 'run', workflow: 'w', models, dollars: 'none' })
  expect(facts['openai/my-model']).toMatchObject({ price: { input: 250_000, output: 2_000_000 }, window: 128_000, form: 'tool' })
  expect(facts['gateway/m']?.where).toBe('https://gateway.example/m/v1')
  expect(facts['vllm/gemma']?.lacks).toEqual(['tools', 'system'])
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
