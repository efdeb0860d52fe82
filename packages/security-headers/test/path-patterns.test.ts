import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathPatterns, pathTest } from '../src/path-patterns.ts'
import { exchangeOf } from './exchange.ts'

function matches(pattern: string, target: string): boolean {
  const [method = '', url = ''] = target.startsWith('/') ? ['POST', target] : target.split(' ')
  return pathTest([pattern])(exchangeOf({ method, url }))
}

describe('matches', () => {
  it.each([
    ['/healthz', '/healthz'],
    ['/healthz', 'GET /healthz'],
    ['/healthz', '/healthz?verbose'],
    ['POST /hooks/pay', '/hooks/pay'],
    ['GET /healthz', 'HEAD /healthz'],
    ['/hooks/', '/hooks/'],
    ['/hooks/', '/hooks/a/b'],
    ['/hooks/{name}', '/hooks/pay'],
    ['/{tenant}/hooks/{name}', '/shop/hooks/pay'],
    ['/hooks/{rest...}', '/hooks/a/b'],
    ['/hooks/{rest...}', '/hooks/'],
    ['/{$}', '/'],
    ['/hooks/{$}', '/hooks/'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/a+b(c)*$', '/a+b(c)*$'],
    ['/a.b', '/a.b'],
  ])('%s: %s', (pattern, target) => {
    expect(matches(pattern, target)).toBe(true)
  })
})

describe('does not match', () => {
  it.each([
    ['/healthz', '/healthz/'],
    ['/healthz', '/Healthz'],
    ['/healthz', '/healthz2'],
    ['/healthz', '/a/healthz'],
    ['/healthz', '//healthz'],
    ['POST /hooks/pay', 'PUT /hooks/pay'],
    ['POST /hooks/pay', 'GET /hooks/pay'],
    ['HEAD /hooks/pay', 'GET /hooks/pay'],
    ['/hooks/', '/hooks'],
    ['/hooks/', '/hooks/../admin'],
    ['/hooks/', '/hooks/./admin'],
    ['/hooks/', '/hooks/..'],
    ['/hooks/', '/hooks//admin'],
    ['/hooks/', '/hooks/%2e%2e/admin'],
    ['/hooks/', '/hooks/.%2E/admin'],
    ['/hooks/', '/hooks/a%2Fb'],
    ['/hooks/', '/hooks/a%5cb'],
    ['/hooks/', '/hooks/..\\admin'],
    ['/hooks/', '/hooks/#/../admin'],
    ['/hooks/', '/admin/../hooks/'],
    ['/hooks/', '/hooks/\u00e9'],
    ['/hooks/', '*'],
    ['/hooks/{name}', '/hooks/'],
    ['/hooks/{name}', '/hooks/a/b'],
    ['/hooks/{name}', '/hooks/..'],
    ['/{$}', '/a'],
    ['/a.b', '/axb'],
  ])('%s: %s', (pattern, target) => {
    expect(matches(pattern, target)).toBe(false)
  })
})

it.each([
  '',
  '/',
  'GET /',
  'hooks',
  'post /hooks',
  'POST  /hooks',
  'shop.example/hooks',
  'POST shop.example/hooks',
  '/hooks//pay',
  '/hooks/../pay',
  '/hooks/%2e',
  '/hooks/%2F',
  '/hooks/%',
  '/caf\u00e9',
  '/hooks?x',
  '/hooks#x',
  '/hooks/{name',
  '/hooks/{}',
  '/hooks/a{name}',
  '/hooks/{name}/{name}',
  '/hooks/{rest...}/x',
  '/{$}/x',
  '/hooks\n',
])('%j is no pattern', (pattern) => {
  expect(pathPatterns.isType([pattern])).toBe(true)
  expect(pathPatterns.isInRange?.([pattern])).toBe(false)
})

it('matches nothing that a URL would tidy up', () => {
  const piece = fc.constantFrom('/', '.', '..', '%2e', '%2E', '%2f', 'hooks', 'a', '\\', '%5C', '//', '#')
  const test = pathTest(['/hooks/', '/{rest...}'])
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const url = `/${pieces.join('')}`
      if (test(exchangeOf({ url }))) expect(new URL(url, 'http://x').pathname).toBe(url)
    }),
    { numRuns: 5000 },
  )
})
