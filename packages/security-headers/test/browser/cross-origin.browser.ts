import { expect, test } from 'vitest'
import { crossOriginProtection } from '../../src/index.ts'
import { sendPage, serveApp, type Tab, useBrowser } from './browse.ts'

const newTab = useBrowser()

function form(action: string): string {
  return `<form method="post" action="${action}"><input name="amount" value="1"><button>send</button></form>`
}

/** A shop that says what reached it, and a page elsewhere that posts to it. */
async function serveShopAndForeigner(): Promise<{ shop: number; foreigner: number }> {
  const shop = await serveApp([crossOriginProtection()], (request, response) =>
    sendPage(response, request.method === 'POST' ? 'transferred' : form('/transfer')),
  )
  const foreigner = await serveApp([], (request, response) =>
    sendPage(response, form(decodeURIComponent((request.url ?? '').slice(1)))),
  )
  return { shop, foreigner }
}

async function submit(tab: Tab): Promise<{ status: number; text: string }> {
  const [answer] = await Promise.all([
    tab.waitForResponse((response) => response.request().method() === 'POST'),
    tab.click('button'),
  ])
  return { status: answer.status(), text: await answer.text() }
}

// browsers send Sec-Fetch-Site to localhost, and to other hosts only over TLS: Origin decides there
test.each(['localhost', 'shop.test'])('a form of another site that posts to %s is refused', async (host) => {
  const { shop, foreigner } = await serveShopAndForeigner()
  const tab = await newTab()
  await tab.goto(`http://evil.test:${foreigner}/${encodeURIComponent(`http://${host}:${shop}/transfer`)}`)
  expect(await submit(tab)).toMatchObject({ status: 403, text: expect.stringContaining('Forbidden') })
})

test.each(['localhost', 'shop.test'])("a form of %s's own is taken", async (host) => {
  const { shop } = await serveShopAndForeigner()
  const tab = await newTab()
  await tab.goto(`http://${host}:${shop}/`)
  expect(await submit(tab)).toMatchObject({ status: 200, text: expect.stringContaining('transferred') })
})

test('a form of a sibling of the same site is refused', async () => {
  const { shop, foreigner } = await serveShopAndForeigner()
  const tab = await newTab()
  await tab.goto(`http://blog.shop.test:${foreigner}/${encodeURIComponent(`http://shop.test:${shop}/transfer`)}`)
  expect((await submit(tab)).status).toBe(403)
})
