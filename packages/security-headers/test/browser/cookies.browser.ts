import type { Guard } from '@seawall/guard'
import { expect, test } from 'vitest'
import { secureCookies } from '../../src/index.ts'
import { sendPage, serveApp, useBrowser } from './browse.ts'

const newTab = useBrowser()

/** An application that sets cookies without a thought, and then says what comes back. */
async function visitTwice(guards: readonly Guard[]): Promise<{ kept: object[]; sent: string }> {
  const port = await serveApp(guards, (request, response) => {
    response.setHeader('set-cookie', ['__Host-session=1', '__Secure-seen=1; Path=/', 'plain=1; Path=/'])
    sendPage(response, request.headers.cookie ?? '')
  })
  const tab = await newTab()
  await tab.goto(`http://localhost:${port}/`)
  await tab.goto(`http://localhost:${port}/again`)
  const cookies = await tab.context().cookies()
  const kept = cookies.map(({ name, secure, httpOnly, sameSite, path }) => ({ name, secure, httpOnly, sameSite, path }))
  return { kept, sent: await tab.innerText('body') }
}

test('cookies with a prefix are kept and sent back', async () => {
  const { kept, sent } = await visitTwice([secureCookies()])
  const secured = { secure: true, httpOnly: true, sameSite: 'Lax', path: '/' }
  expect(kept).toEqual(
    expect.arrayContaining(['__Host-session', '__Secure-seen', 'plain'].map((name) => ({ name, ...secured }))),
  )
  expect(sent.split('; ').toSorted()).toEqual(['__Host-session=1', '__Secure-seen=1', 'plain=1'])
})

test('without the guard the browser drops them', async () => {
  expect((await visitTwice([])).sent).toBe('plain=1')
})
