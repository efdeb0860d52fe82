import { createHash } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Framework } from './framework.ts'
import { useBookstore } from './use-bookstore.ts'

interface Got {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: Buffer
}

/** The style sheet and the script of the page. */
export function describeStaticFiles(framework: Framework): void {
  describe('static files', () => {
    const bookstore = useBookstore(framework)
    const styleSheet = async (): Promise<string> =>
      /href="(\/assets\/site\.\w+\.css)"/.exec((await bookstore.ask('/')).text)?.[1] ?? ''
    const get = async (headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Got> =>
      send(bookstore.url + (await styleSheet()), method, headers)

    it('are what the page says they are, for ever', async () => {
      const { text } = await bookstore.ask('/')
      const tags = text.match(/<(?:link|script)\b[^>]*integrity[^>]*>/g) ?? []
      expect(tags).toHaveLength(2)
      for (const tag of tags) {
        const [, path = ''] = /(?:href|src)="([^"]+)"/.exec(tag) ?? []
        const { status, headers, body } = await send(bookstore.url + path)
        expect(status).toBe(200)
        expect(headers).toMatchObject({
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
          'content-length': String(body.length),
        })
        expect(tag).toContain(`integrity="sha384-${createHash('sha384').update(body).digest('base64')}"`)
      }
    })

    it.each([
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
      ['zstd', zstdDecompressSync],
      ['gzip;q=1, br;q=0, zstd;q=0', gunzipSync],
    ])('come compressed to who accepts %s', async (accepted, decompress) => {
      const whole = await get()
      const { headers, body } = await get({ 'accept-encoding': accepted })
      expect(headers['content-encoding']).toBe(accepted.split(';')[0])
      expect(headers['vary']).toMatch(/accept-encoding/i)
      expect(headers['etag']).not.toBe(whole.headers['etag'])
      expect(body.length).toBeLessThan(whole.body.length)
      expect(decompress(body)).toEqual(whole.body)
    })

    it.each(['identity', 'deflate', 'br;q=0, gzip;q=0, zstd;q=0', ''])(
      'come as they are to who accepts %j',
      async (accepted) => {
        const { status, headers } = await get({ 'accept-encoding': accepted })
        expect(status).toBe(200)
        expect(headers['content-encoding']).toBeUndefined()
      },
    )

    it('are not sent again to who has them', async () => {
      const { headers } = await get()
      const etag = String(headers['etag'])
      for (const known of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
        const again = await get({ 'if-none-match': known })
        expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) })
        expect(again.headers).toMatchObject({ etag, 'cache-control': headers['cache-control'], vary: headers['vary'] })
      }
      expect((await get({ 'if-none-match': '"x"' })).status).toBe(200)
    })

    it('come in parts', async () => {
      const { body, headers } = await get()
      const etag = String(headers['etag'])
      const parts: [string, number, Buffer][] = [
        ['bytes=0-0', 206, body.subarray(0, 1)],
        ['bytes=-3', 206, body.subarray(-3)],
        ['bytes=10-', 206, body.subarray(10)],
        ['bytes=5-2', 416, Buffer.alloc(0)],
        [`bytes=${body.length}-`, 416, Buffer.alloc(0)],
        ['bytes=0-1,4-5', 200, body],
        ['lines=1-2', 200, body],
        ['bytes=x', 200, body],
      ]
      for (const [range, status, bytes] of parts) {
        const part = await get({ range })
        expect({ range, status: part.status, body: part.body }).toEqual({ range, status, body: bytes })
      }
      expect((await get({ range: 'bytes=0-0' })).headers['content-range']).toBe(`bytes 0-0/${body.length}`)
      expect((await get({ range: 'bytes=0-0', 'if-range': etag })).status).toBe(206)
      for (const other of ['"x"', `W/${etag}`, 'Sat, 01 Jan 2028 00:00:00 GMT'])
        expect((await get({ range: 'bytes=0-0', 'if-range': other })).status).toBe(200)
    })

    it('answer HEAD as GET, and no method that would change them', async () => {
      const { headers } = await get()
      expect(await get({}, 'HEAD')).toMatchObject({
        status: 200,
        body: Buffer.alloc(0),
        headers: { etag: headers['etag'], 'content-length': headers['content-length'] },
      })
      expect(await get({}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
    })

    it.each([
      '/assets/',
      '/assets/manifest.json',
      '/assets/.env',
      '/assets/../package.json',
      '/assets/%2e%2e/package.json',
    ])('are all that there is: %s is not', async (path) => {
      expect((await send(bookstore.url, 'GET', {}, path)).status).toBe(404)
    })
  })
}

async function send(
  url: string,
  method = 'GET',
  headers: Readonly<Record<string, string>> = {},
  path = new URL(url).pathname,
): Promise<Got> {
  const asked = request(new URL(url).origin, { method, headers, path, signal: AbortSignal.timeout(10_000) }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}
