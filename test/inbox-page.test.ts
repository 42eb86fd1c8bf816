import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type Locator, type Page } from 'playwright-core'
import { type ApiBench, openApiBench, type ServedApi, serveApi } from './support/api.ts'
import { browserPath, openBrowser } from './support/browser.ts'
import { makeRepository } from './support/repository.ts'

if (browserPath === undefined)
  console.warn('SKIPPED: the inbox page is tried in no browser here; on Debian: apt-get install chromium fonts-dejavu-core')
const inBrowser = browserPath === undefined ? describe.skip : describe

inBrowser('the inbox page in a browser', () => {
  let bench: ApiBench
  let served: ServedApi
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let page: Page
  /** Every error, and everything that the policy of the page refused. */
  const complaints: string[] = []

  beforeAll(async () => {
    bench = await openApiBench()
    ;[served, browser] = await Promise.all([serveApi(bench), openBrowser()])
    page = await newPage()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    if (served?.process.kill('SIGINT')) await once(served.process, 'exit')
    await bench?.close()
  }, 120_000)

  async function newPage(): Promise<Page> {
    const fresh = await browser.context.newPage()
    fresh.on('pageerror', (error) => complaints.push(error.message))
    fresh.on('console', (line) => line.type() === 'error' && !/401|ERR_FAILED|409/.test(line.text()) && complaints.push(line.text()))
    fresh.on('dialog', (dialog) => void (complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()))
    return fresh
  }
  const question = (run: string): Locator => page.getByRole('article').filter({ hasText: run })
  const inside = () => page.getByText('(admin, lead), live').waitFor()

  test('the printed address signs in once, leaves no code in the address, and a token signs in too', async () => {
    await page.goto(served.open)
    await inside()
    expect(page.url()).toBe(`${served.url}/`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    await page.goto(served.open)
    await page.reload()
    await page.getByLabel('Token').waitFor()
    await page.getByLabel('Token').fill('lw_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').filter({ hasText: 'nobody has this token' }).waitFor()
    await page.getByLabel('Token').fill(await bench.addToken('ada', ['admin', 'lead']))
    await page.keyboard.press('Enter')
    await inside()
  })

  test('a patch is shown as its diff, and one click with a note decides; the run ends, and the page tells it by itself', async () => {
    const repo = makeRepository({
      'package.json': '{"type":"module"}',
      'sum.js': 'export const add = (a, b) => a - b // <b>bold</b>\n',
      'sum.test.js':
        "import assert from 'node:assert'\nimport test from 'node:test'\nimport { add } from './sum.js'\ntest('adds', () => assert.equal(add(2, 3), 5))\n",
    })
    const run = await bench.loopwright.start('testAndFix', { repo, test: 'node --test', approve: true, models: ['builtin/repair'] })
    const card = question(run)
    await card.getByText('+export const add = (a, b) => a + b // <b>bold</b>').waitFor()
    expect(await card.locator('b').count()).toBe(0)
    expect(await card.locator('.age').textContent()).toMatch(/^\d+ (s|min)$/)
    await card.getByLabel('Note').fill('as small as it can be')
    await card.getByRole('button', { name: 'Yes' }).click()
    await card.waitFor({ state: 'detached' })
    const row = page.getByRole('listitem').filter({ hasText: run })
    await row.getByText('done', { exact: true }).waitFor()
    await row.getByText('$0, 0 tokens').waitFor()
    await row.getByRole('button', { name: `Why ${run}` }).click()
    await row.getByText(`Next: git -C ${repo} merge`).waitFor()
    const trace = await bench.loopwright.trace(run)
    expect(trace).toContainEqual(
      expect.objectContaining({ kind: 'decision', by: 'ada', verified: true, answer: 'yes', note: 'as small as it can be' }),
    )
    rmSync(repo, { recursive: true, force: true })
  }, 240_000)

  test('an edit that a rule asks about is shown as its diff and what else is shown as lines, in the words that the command line has', async () => {
    const repo = makeRepository({ Makefile: 'all:\n\techo one\n' })
    const content = 'all:\n\techo two # <b>bold</b>\u202E\n'
    const input = { repo, calls: [{ tool: 'write', arguments: { path: 'Makefile', content } }] }
    const rule = { name: 'builds', then: 'ask' as const, tools: ['write'] }
    const run = await bench.loopwright.start('calls', input, { policy: { standard: [], rules: [rule] } })
    const shown = question(run).getByRole('region', { name: 'What is shown' })
    await shown.getByText('rule: 2:builds').waitFor()
    const lines = (await shown.innerText()).trim().split('\n')
    expect(lines[0]).toBe('1 file, +1 -1')
    expect(lines.slice(-5)).toEqual([
      expect.stringMatching(/^@@ -1,2 /),
      ' all:',
      '-\techo one',
      '+\techo two # <b>bold</b>\\u202E',
      'rule: 2:builds',
    ])
    expect(await shown.locator('.added').allInnerTexts()).toEqual([expect.stringContaining('echo two')])
    await question(run).getByRole('button', { name: 'Yes' }).click()
    expect((await bench.loopwright.ended(run)).outcome).toMatchObject({ value: [{}, { files: ['Makefile'] }] })
    rmSync(repo, { recursive: true, force: true })
  }, 240_000)

  const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">go</a>{{7*7}}`

  test('what models and runs wrote is text: in questions, options, what is shown, and names of runs', async () => {
    const run = `<img src=x onerror=alert(4)>&quot;${Date.now()}`
    const gates = [
      { kind: 'select', question: hostile, options: [hostile, '"><svg onload=alert(5)>'], to: hostile },
      {
        kind: 'form',
        question: `${hostile} form`,
        schema: { type: 'object', title: hostile, properties: { [hostile]: { type: 'string' } } },
      },
    ]
    await bench.start(run, { gates })
    await question(run).first().waitFor()
    const cards = question(run)
    await cards.nth(1).waitFor()
    await page.getByRole('heading', { name: hostile, exact: true }).waitFor()
    for (const name of ['img', 'script', 'svg', 'a[href^="javascript:"]'])
      expect([name, await page.locator(`main ${name}`).count()]).toEqual([name, 0])
    await bench.loopwright.kill(run)
    await cards.first().waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('what somebody is typing stays while the page lives on, and an answer that does not fit says why', async () => {
    const run = await bench.ask({
      kind: 'form',
      question: 'How much?',
      schema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
    })
    const card = question(run)
    await card.getByLabel('The form, as JSON').fill('{"amount": "much"}')
    await card.getByLabel('Note').focus()
    await page.keyboard.type('half a th')
    const other = await bench.ask({ kind: 'confirm', question: 'Another one?' })
    await question(other).waitFor()
    await page.keyboard.type('ought')
    expect(await card.getByLabel('Note').inputValue()).toBe('half a thought')
    await card.getByRole('button', { name: 'Yes' }).click()
    await card.getByRole('status').filter({ hasText: 'Not accepted: The value does not fit; the gate stays open.' }).waitFor()
    await card.getByLabel('The form, as JSON').fill('{"amount": 5}')
    await card.getByRole('button', { name: 'Yes' }).click()
    await card.waitFor({ state: 'detached' })
    expect((await bench.loopwright.ended(run)).outcome).toMatchObject({ value: [{ value: { amount: 5 }, note: 'half a thought' }] })
    await bench.loopwright.kill(other)
  })

  test('a click that arrives after somebody else decided does nothing', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/decide', async (route) => {
      await held
      await route.continue()
    })
    const run = await bench.ask({ kind: 'confirm', question: 'Only once?' })
    const card = question(run)
    const yes = card.getByRole('button', { name: 'Yes' })
    await yes.click()
    await card.getByText('Sending …').waitFor()
    const [open] = await bench.openGates(run)
    const { gate, digest } = open!
    expect(await bench.loopwright.decide(run, { gate, digest, answer: 'no', by: 'grace' })).toMatchObject({ accepted: true })
    const answered = page.waitForResponse('**/decide')
    release()
    // The run has ended meanwhile, or says itself that it was decided.
    expect(await (await answered).text()).toMatch(/"accepted":false|has ended/)
    await card.waitFor({ state: 'detached' })
    await page.unroute('**/decide')
    expect((await bench.loopwright.ended(run)).outcome).toMatchObject({ value: [{ answer: 'no', by: 'grace' }] })
  })

  test('a connection that breaks is taken up again by itself, and what came meanwhile is there', async () => {
    let broken = 0
    await page.route('**/inbox', async (route) => {
      if (++broken > 2) await route.continue()
      else await route.abort()
    })
    await page.reload()
    await page.getByText('connecting again …').waitFor()
    const run = await bench.ask({ kind: 'confirm', question: 'Meanwhile?' })
    await inside()
    await question(run).waitFor()
    expect(broken).toBe(3)
    await page.unroute('**/inbox')
    await bench.loopwright.kill(run)
    await question(run).waitFor({ state: 'detached' })
  })

  test('a quorum shows its voices, and everything can be done with the keyboard alone', async () => {
    const run = await bench.ask({ kind: 'confirm', question: 'Both of you?', needs: { roles: ['lead'], quorum: { yes: 2, of: 3 } } })
    const card = question(run)
    await card.getByText('2 of 3 must agree.').waitFor()
    await card.getByRole('region', { name: 'What is shown' }).focus()
    for (const part of ['note', 'Yes']) {
      await page.keyboard.press('Tab')
      if (part === 'note') await page.keyboard.type('by hand')
    }
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Yes')
    await page.keyboard.press('Enter')
    await card.getByRole('listitem').filter({ hasText: 'ada: yes, by hand' }).waitFor()
    await bench.loopwright.kill(run)
  })

  test('a link to a question leads there, and on a phone nothing is wider than the screen', async () => {
    const run = await bench.ask({ kind: 'confirm', question: `Wide? ${'w'.repeat(300)}` })
    const [gate] = await bench.openGates(run)
    await page.setViewportSize({ width: 360, height: 640 })
    await page.goto(`${served.url}/#question-${run}-${gate!.digest.slice(0, 12)}`)
    await page.reload()
    await question(run).waitFor()
    await page.locator('article:focus').filter({ hasText: run }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    const unnamed = await page.evaluate(
      `[...document.querySelectorAll('input, textarea, select')].filter((field) => field.checkVisibility() && field.labels.length === 0).length`,
    )
    expect(unnamed).toBe(0)
    await bench.loopwright.kill(run)
  })

  test('a token that is taken back ends the page, and nothing on it was ever refused by its policy', async () => {
    await bench.removeToken('ada')
    await page.reload()
    await page.getByLabel('Token').waitFor()
    await page.getByText('Signed out.').waitFor()
    expect(complaints).toEqual([])
  })
})
