import { startPostgres, type Service } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChromium } from '../../../../tools/scorers/src/index.ts'
import { mount as onExpress } from '../../../express/src/app.ts'
import { mount as onFastify } from '../../../fastify/src/app.ts'
import { mount as onHono } from '../../../hono/src/app.ts'
import { mount as onKoa } from '../../../koa/src/app.ts'
import { mount as onNode } from '../../../node/src/app.ts'
import { loadSettings } from '../../src/load-settings.ts'
import { demoReader } from '../../src/seed.ts'
import { serve, type Mount, type RunningServer } from '../../src/serve.ts'

type Browser = Awaited<ReturnType<typeof startChromium>>
type BrowserOptions = Parameters<Browser['newContext']>[0]
type Tab = Awaited<ReturnType<Browser['newPage']>>

const mounts: Readonly<Record<string, Mount>> = {
  'node:http': onNode,
  Express: onExpress,
  Fastify: onFastify,
  Koa: onKoa,
  Hono: onHono,
}

let postgres: Service
let browser: Browser
beforeAll(async () => {
  ;[postgres, browser] = await Promise.all([startPostgres(), startChromium()])
})
afterAll(async () => {
  await browser.close()
  await postgres.stop()
})

describe.each(Object.entries(mounts))('the page on %s', (_name, mount) => {
  let server: RunningServer
  beforeAll(async () => {
    const variables = { DATABASE_URL: postgres.url, PORT: '0', LOG_LEVEL: 'silent', REQUESTS_PER_MINUTE: '10000' }
    server = await serve(loadSettings(variables), mount)
  })
  afterAll(() => server.close())

  /** Opens the page in a browser of its own, and resolves to the errors of its console once the work is done. */
  async function visit(options: BrowserOptions, work: (tab: Tab) => Promise<void>): Promise<string[]> {
    const context = await browser.newContext(options)
    const errors: string[] = []
    try {
      const tab = await context.newPage()
      tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      tab.on('pageerror', (error) => errors.push(error.message))
      await tab.goto(server.url)
      await work(tab)
    } finally {
      await context.close()
    }
    return errors
  }

  test('runs its script and takes its style, and the console has no error to tell', async () => {
    const errors = await visit({}, async (tab) => {
      expect(await tab.title()).toBe('Bookstore')
      expect(await tab.locator('.book').count()).toBe(24)
      expect(await styleOf(tab, '.brand', 'display')).toBe('flex')
      expect(await tab.locator('.write').first().isVisible()).toBe(false)
      const titles = await tab.locator('.book h2').allTextContents()
      await tab.getByRole('button', { name: 'Sort by title' }).click()
      const sorted = titles.toSorted((one, other) => one.localeCompare(other, 'en'))
      expect(await tab.locator('.book h2').allTextContents()).toEqual(sorted)
      await tab.getByRole('button', { name: 'Sort by rating' }).click()
      expect(await tab.locator('.book h2').allTextContents()).toEqual(titles)
    })
    expect(errors).toEqual([])
  })

  test.each([
    ['with script', true],
    ['without script', false],
  ])('takes a reader through sign-in, review and sign-out %s', async (how, javaScriptEnabled) => {
    const text = `Read ${how}, ${server.url}`
    const errors = await visit({ javaScriptEnabled }, async (tab) => {
      await tab.getByText('Sign in').first().click()
      await tab.getByLabel('Username').fill(demoReader.username)
      await tab.getByLabel('Password').fill(demoReader.password)
      await tab.getByRole('button', { name: 'Sign in' }).click()
      await tab.getByText('Signed in as ada').waitFor()
      const book = tab.locator('.book').first()
      await book.getByText('Write a review').click()
      await book.getByLabel('Rating').selectOption('5')
      await book.getByRole('textbox').fill(text)
      await book.getByRole('button', { name: 'Post' }).click()
      await tab.getByText(text).waitFor()
      expect(new URL(tab.url()).hash).toMatch(/^#book-\d+$/)
      await tab.getByRole('button', { name: 'Sign out' }).click()
      await tab.getByText('Sign in').first().waitFor()
      expect(await tab.locator('.write').first().isVisible()).toBe(false)
    })
    expect(errors).toEqual([])
  })

  test('fits a phone, and follows the colours of the system', async () => {
    const papers = new Set<string>()
    for (const colorScheme of ['light', 'dark'] as const) {
      await visit({ viewport: { width: 360, height: 640 }, colorScheme }, async (tab) => {
        papers.add(await styleOf(tab, 'body', 'backgroundColor'))
        expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      })
    }
    expect(papers.size).toBe(2)
  })

  test('shows a refusal as a page', async () => {
    await visit({}, async (tab) => {
      const response = await tab.goto(`${server.url}/nope`)
      expect(response?.status()).toBe(404)
      expect(await tab.getByRole('heading').textContent()).toBe('Not Found')
      await tab.getByText('Back to the books').click()
      await tab.locator('#shelf').waitFor()
    })
  })
})

async function styleOf(tab: Tab, selector: string, property: string): Promise<string> {
  return String(await tab.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`))
}
