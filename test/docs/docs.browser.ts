import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keepFolder, type KeptFolder } from '@seawall/services'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startChromium } from '../../tools/scorers/src/index.ts'
import { guides, root } from './documents.ts'
import { serveFolder } from './serve-folder.ts'

type Browser = Awaited<ReturnType<typeof startChromium>>
type Tab = Awaited<ReturnType<Browser['newPage']>>

let folder: KeptFolder
let browser: Browser
let server: Server
let url: string

beforeAll(async () => {
  folder = await keepFolder('docs')
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc')
  await promisify(execFile)(process.execPath, [typedoc, '--out', join(folder.path, 'api')], { cwd: root })
  const served = await serveFolder(join(folder.path, 'api'))
  server = served.server
  url = served.url
  browser = await startChromium()
}, 600_000)

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
  await folder?.remove()
})

const patiently = { timeout: 300_000 }

describe.each([
  { screen: 'a phone', width: 390, height: 844 },
  { screen: 'a desk', width: 1280, height: 800 },
])('on $screen', ({ width, height }) => {
  test('every page fits, and none complains', patiently, async () => {
    const { tab, complaints } = await openTab(width, height)
    const tooWide: string[] = []
    for (const page of pages()) {
      await tab.goto(`${url}/${page}`)
      const widest = Number(await tab.evaluate('document.documentElement.scrollWidth'))
      if (widest > width) tooWide.push(`${page}: ${widest}`)
    }
    expect({ tooWide, complaints }).toEqual({ tooWide: [], complaints: [] })
  })

  test('the search finds a function, and opens it', async () => {
    const { tab, complaints } = await openTab(width, height)
    await tab.goto(`${url}/index.html`)
    await search(tab, 'rateLimit')
    await tab.locator('#tsd-search-results li a').first().click()
    await tab.waitForURL(/\/functions\/[\w-]*ratelimit[\w.]*rateLimit\.html/)
    expect(await tab.innerText('h1')).toContain('rateLimit')
    expect(complaints).toEqual([])
  })

  test('the search finds a guide by what is in it', async () => {
    const { tab } = await openTab(width, height)
    await tab.goto(`${url}/index.html`)
    await search(tab, 'sentinel')
    expect(await tab.locator('#tsd-search-results li a').allInnerTexts()).toContainEqual(
      expect.stringContaining('Scaling'),
    )
  })
})

test('every guide is a page, in the order of the configuration', async () => {
  const { projectDocuments } = JSON.parse(await readFile(`${root}typedoc.json`, 'utf8')) as {
    projectDocuments: string[]
  }
  expect(projectDocuments.toSorted()).toEqual(guides)
  const titles = await Promise.all(projectDocuments.map((file) => titleOf(file)))
  const { tab } = await openTab(1280, 800)
  await tab.goto(`${url}/index.html`)
  await tab.waitForSelector('.tsd-navigation a[href*="documents/"]')
  const shown = await tab.locator('.tsd-navigation a[href*="documents/"]').allInnerTexts()
  expect(shown.map((text) => text.trim())).toEqual(titles)
})

test('every link of every guide leads somewhere', patiently, async () => {
  const { tab } = await openTab(1280, 800)
  const ids = new Map<string, Promise<Set<string>>>()
  const dead: string[] = []
  for (const page of ['index.html', ...globSync('documents/*.html', { cwd: join(folder.path, 'api') })]) {
    await tab.goto(`${url}/${page}`)
    const links = (await tab.evaluate(
      `[...document.querySelectorAll('.col-content a[href]')].map((a) => a.href)`,
    )) as string[]
    for (const link of new Set(links.filter((each) => each.startsWith(url)))) {
      const [address = '', anchor = ''] = link.split('#')
      if (!ids.has(address)) ids.set(address, idsOf(address))
      const there = await ids.get(address)
      if (there === undefined || !(there.has('') && there.has(decodeURIComponent(anchor))))
        dead.push(`${page} → ${link}`)
    }
  }
  expect(dead).toEqual([])
})

/** The front page, the guides, the lists, and of each kind of page some. */
function pages(): string[] {
  const cwd = join(folder.path, 'api')
  const some = ['classes', 'functions', 'interfaces', 'types', 'variables'].flatMap((kind) =>
    globSync(`${kind}/*.html`, { cwd })
      .toSorted()
      .filter((_, index) => index % 20 === 0),
  )
  return [...globSync('{*,documents/*,modules/*}.html', { cwd }), ...some]
}

async function openTab(width: number, height: number): Promise<{ tab: Tab; complaints: string[] }> {
  const tab = await browser.newPage({ viewport: { width, height } })
  onTestFinished(() => tab.close())
  const complaints: string[] = []
  tab.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  tab.on('pageerror', (error) => complaints.push(error.message))
  return { tab, complaints }
}

async function search(tab: Tab, words: string): Promise<void> {
  await tab.click('#tsd-search-trigger')
  await tab.fill('#tsd-search-input', words)
  await tab.waitForSelector('#tsd-search-results li a')
}

async function titleOf(file: string): Promise<string> {
  const [, title = ''] = /^title: (.+)$/m.exec(await readFile(root + file, 'utf8')) ?? []
  return title
}

/** The anchors of a page; the empty one says that the page is there. */
async function idsOf(address: string): Promise<Set<string>> {
  const response = await fetch(address)
  const html = await response.text()
  return response.ok ? new Set(['', ...Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id = '']) => id)]) : new Set()
}
