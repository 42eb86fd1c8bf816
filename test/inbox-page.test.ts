import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { type Page } from 'playwright-core'
import { type ApiBench, openApiBench, type ServedApi, serveApi } from './support/api.ts'
import { browserPath, openBrowser } from './support/browser.ts'

if (browserPath === undefined)
  console.warn('SKIPPED: the inbox page is tried in no browser here; on Debian: apt-get install chromium fonts-dejavu-core')
const inBrowser = browserPath === undefined ? describe.skip : describe

inBrowser('the inbox page in a browser', () => {
  let bench: ApiBench
  let served: ServedApi
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let page: Page
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

  /** A page that tells of every error and everything that its policy refused. */
  async function newPage(): Promise<Page> {
    const fresh = await browser.context.newPage()
    fresh.on('pageerror', (error) => complaints.push(error.message))
    fresh.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
    return fresh
  }

  test('the printed address signs in once, and leaves no code in the address', async () => {
    await page.goto(served.open)
    await page.getByText('(admin, lead), live').waitFor()
    expect(page.url()).toBe(`${new URL(served.open).origin}/`)
    await page.evaluate('localStorage.clear()')
    await page.goto(served.open)
    await page.reload()
    await page.getByText('this address was used already').waitFor()
  })
})
