import { afterEach, expect, test } from '@jest/globals'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkUp } from '../cli/checkup.ts'
import { checkDisk } from '../cli/disk.ts'

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

test('of keys the doctor says which are set, and never shows one', async () => {
  process.env['GROQ_API_KEY'] = 'gsk-secret-of-mine'
  delete process.env['OPENAI_API_KEY']
  const findings = await checkUp({ address: '127.0.0.1:1', stateFolder: mkdtempSync(join(tmpdir(), 'loopwright-doctor-')) })
  expect(findings).toContainEqual({ what: 'key for groq', state: 'there', found: 'GROQ_API_KEY is set' })
  expect(findings).toContainEqual(
    expect.objectContaining({ what: 'key for openai', state: 'optional', remedy: expect.stringContaining('builtin/repair') }),
  )
  expect(findings).toContainEqual(
    expect.objectContaining({ what: 'other keys', found: expect.stringMatching(/^not set: (?!.*GROQ).*MISTRAL_API_KEY/) }),
  )
  expect(JSON.stringify(findings)).not.toContain('gsk-secret')
  expect(findings).toContainEqual(expect.objectContaining({ what: 'Temporal', state: 'missing', remedy: 'start one with: loopwright dev' }))
  for (const { state, remedy } of findings) if (state === 'missing') expect(remedy).toBeTruthy()
})

test('little room is said, and too little is an error, each with the remedy', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'loopwright-disk-')), 'not', 'there', 'yet')
  expect(await checkDisk('disk', folder, 10 * 2 ** 30)).toMatchObject({ state: 'there', found: `10.0 GiB free at ${folder}` })
  expect(await checkDisk('disk', folder, 2 * 2 ** 30)).toMatchObject({
    state: 'optional',
    remedy: expect.stringContaining('loopwright clean --yes'),
  })
  expect(await checkDisk('disk', folder, 2 ** 29)).toMatchObject({ state: 'missing', remedy: expect.stringContaining('make room') })
  expect(await checkDisk('disk', folder)).toMatchObject({ found: expect.stringMatching(/^\d+\.\d GiB free/) })
})

test('an artifact store that is none, and one out of reach, are told with the remedy', async () => {
  const place = mkdtempSync(join(tmpdir(), 'loopwright-doctor-'))
  const of = async (artifacts: string) =>
    (await checkUp({ address: '127.0.0.1:1', stateFolder: place, artifacts })).find(({ what }) => what === 'artifacts')
  expect(await of('ftp://somewhere')).toMatchObject({ state: 'missing', remedy: expect.stringContaining('--artifacts') })
  expect(await of(join(place, 'artifacts'))).toMatchObject({ found: expect.stringContaining('GiB free') })
})
