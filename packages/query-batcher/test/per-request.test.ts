import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Batcher, perRequest } from '../src/index.ts'

function countedLoaders() {
  const asked: number[] = []
  const loadersOf = perRequest((request: { readonly url?: string | undefined }) => ({
    url: request.url,
    books: new Batcher<number, number>(async (ids) => {
      asked.push(...ids)
      return ids
    }),
  }))
  return { asked, loadersOf }
}

test('makes the loaders of a request once, for any object', async () => {
  const { asked, loadersOf } = countedLoaders()
  const request = new Request('http://shop.example/')
  await Promise.all([loadersOf(request).books.load(1), loadersOf(request).books.load(1)])
  expect(loadersOf(request)).toBe(loadersOf(request))
  expect(asked).toEqual([1])
  await loadersOf(new Request(request)).books.load(1)
  expect(asked).toEqual([1, 1])
})

test('makes loaders of nothing once, too', () => {
  let made = 0
  const nothingOf = perRequest(() => void made++)
  const request = {}
  nothingOf(request)
  nothingOf(request)
  expect(made).toBe(1)
})

test('refuses what makes no loaders, before the first request', () => {
  expect(() => perRequest({} as never)).toThrow(
    new TypeError(
      "Cannot make loaders for each request as 'create' must be a function of a request: current value is {}",
    ),
  )
})

test('keeps the requests of a server apart', async () => {
  const { asked, loadersOf } = countedLoaders()
  const server = createServer((request, response) => {
    const { books, url } = loadersOf(request)
    void Promise.all([books.load(7), loadersOf(request).books.load(7)]).then(() => response.end(url))
  }).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const statuses = await Promise.all(
    ['/a', '/b'].map(async (path) => {
      const [response] = await once(get({ port, path, agent: false }), 'response')
      response.resume()
      return response.statusCode as number
    }),
  )
  server.close()
  expect(statuses).toEqual([200, 200])
  expect(asked).toEqual([7, 7])
})
