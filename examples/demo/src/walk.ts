import { demoReader } from '@seawall-examples/bookstore'
import { upstreamDelaysMs } from './environment.ts'
import { loadOneByOne } from './one-by-one.ts'
import { ask, expect, inMs, step, type Answer } from './report.ts'
import { cutConnections } from './cut-connections.ts'

const securityHeader =
  /^(content-security-policy|cross-origin-|origin-agent|referrer-policy|strict-transport|x-(?!powered-by))/

/** Goes through the routes as a client, prints what each shows, and throws a `DemoError` where something does not hold. */
export async function walk(url: string, databaseUrl: string): Promise<void> {
  await showHeaders(url)
  await showCatalog(url, databaseUrl)
  const cookie = await showLogin(url)
  await showFeedAndReview(url, cookie)
  await showFragments(url, cookie)
  await showAggregate(url)
  await showCutConnections(url, databaseUrl)
}

async function showHeaders(url: string): Promise<void> {
  const [page, again] = [await ask(`${url}/`), await ask(`${url}/`)]
  expect(page.status === 200, `GET / must answer 200, not ${page.status}`)
  const headers = [...page.headers.keys()].filter((name) => securityHeader.test(name))
  const nonce = nonceOfHeader(page)
  expect(nonce !== undefined && nonce !== nonceOfHeader(again), 'the nonce must be a new one for every response')
  expect(page.body.split(`nonce="${nonce}"`).length === 2, "the script must carry the header's nonce")
  const integrities = page.body.match(/integrity="sha384-/g)?.length ?? 0
  expect(integrities === 2, `script and style sheet must carry their integrity, not ${integrities} of them`)
  expect(!page.headers.has('x-powered-by'), 'X-Powered-By must be gone')
  step(
    'GET /',
    `${page.status}, ${headers.length} security headers (${headers.join(', ')}); nonce ${nonce} in the policy and on the script, another one the next time; script and style sheet with integrity`,
    'securityHeaders: an injected script has no nonce, a changed file not the integrity: neither runs',
  )
}

function nonceOfHeader({ headers }: Answer): string | undefined {
  return /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1]
}

async function showCatalog(url: string, databaseUrl: string): Promise<void> {
  await ask(`${url}/catalog?books=1000`)
  const pages: string[] = []
  const counts = new Set<number>()
  let hundred = 0
  for (const books of [10, 100, 1000]) {
    const page = await ask(`${url}/catalog?books=${books}`)
    expect(
      page.status === 200 && (JSON.parse(page.body) as unknown[]).length === books,
      `GET /catalog must list ${books} books`,
    )
    counts.add(page.statements)
    if (books === 100) hundred = page.ms
    pages.push(`${books} books in ${page.statements} statements, ${inMs(page.ms)}`)
  }
  expect(
    counts.size === 1,
    `the number of statements must not depend on the number of books: ${[...counts].join(', ')}`,
  )
  const naive = await loadOneByOne(databaseUrl, 100)
  step(
    'GET /catalog?books=10, 100, 1000 (author, genres and approved reviews of each)',
    `${pages.join('; ')}. Row by row, 100 books took ${naive.statements} statements and ${inMs(naive.ms)}, against ${inMs(hundred)} for the whole request`,
    'query-batcher: one statement a relation; pooled-db: at most 10 connections, a bounded queue, deadlines',
  )
}

async function showLogin(url: string): Promise<string> {
  const login = (password: string): Promise<Answer> => {
    const body = new URLSearchParams({ username: demoReader.username, password })
    return ask(`${url}/login`, { method: 'POST', body })
  }
  const first = await login(demoReader.password)
  const [cookie = ''] = first.headers.getSetCookie()
  expect(first.status === 200 && /HttpOnly; SameSite=Lax/.test(cookie), 'the right password must get a session cookie')
  const wrong: number[] = []
  for (let attempt = 2; attempt <= 5; attempt++) wrong.push((await login(`guess ${attempt}`)).status)
  expect(
    wrong.every((status) => status === 401),
    `wrong passwords must get 401: ${wrong.join(', ')}`,
  )
  const sixth = await login('guess 6')
  const retryAfter = Number(sixth.headers.get('retry-after'))
  expect(
    sixth.status === 429 && retryAfter >= 1 && retryAfter <= 60,
    `the sixth login must get 429, not ${sixth.status}`,
  )
  step(
    'POST /login, the right password once, four wrong ones, and a sixth attempt',
    `${first.status} with an HttpOnly SameSite cookie; ${wrong.join(', ')}; ${sixth.status} with Retry-After: ${retryAfter}`,
    `rateLimit: 5/m by address and 5/m by username (RateLimit: ${sixth.headers.get('ratelimit')})`,
  )
  return cookie.split(';')[0] ?? ''
}

async function showFeedAndReview(url: string, cookie: string): Promise<void> {
  const miss = await ask(`${url}/feed`)
  const hit = await ask(`${url}/feed`)
  expect(
    miss.statements === 1 && hit.statements === 0,
    `the feed must be loaded once: ${miss.statements}, ${hit.statements} statements`,
  )
  expect(hit.body === miss.body, 'a hit must give what the miss gave')
  step(
    'GET /feed, twice',
    `a miss in ${inMs(miss.ms)} with ${miss.statements} statement, a hit in ${inMs(hit.ms)} with ${hit.statements}`,
    'tiered-cache: five minutes, one load for all who ask at once',
  )
  const post = (headers: Record<string, string>): Promise<Answer> =>
    ask(`${url}/books/1/reviews`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ rating: 5, body: 'Written by the demo' }),
    })
  const foreign = await post({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
  expect(foreign.status === 403, `a cross-origin post must get 403, not ${foreign.status}`)
  const own = await post({ origin: url, 'sec-fetch-site': 'same-origin' })
  expect(own.status === 201, `a same-origin post must get 201, not ${own.status}`)
  const fresh = await ask(`${url}/feed`)
  expect(
    fresh.statements === 1 && fresh.body.includes('Written by the demo'),
    'the feed must show the new review at once',
  )
  step(
    'POST /books/1/reviews, from another origin and from our own, both with the session cookie',
    `${foreign.status} and ${own.status}; the next GET /feed loads again (${inMs(fresh.ms)}) and shows the review`,
    'crossOriginProtection: no token needed; tiered-cache: invalidated by tag after the commit',
  )
}

async function showFragments(url: string, cookie: string): Promise<void> {
  const whole = await ask(`${url}/`)
  const book = /id="book-(\d+)"/.exec(whole.body)?.[1]
  const form = new URLSearchParams({ rating: '5', body: 'Shown by the demo' })
  await ask(`${url}/books/${book}/reviews`, { method: 'POST', headers: { cookie }, body: form })
  const [fresh, hit] = [await ask(`${url}/`), await ask(`${url}/`)]
  expect(fresh.body.includes('Shown by the demo'), 'the page must show the new review at once')
  expect(
    fresh.renders === 3 && hit.renders === 0,
    `a review must render three fragments: ${fresh.renders}, ${hit.renders}`,
  )
  step(
    `GET /, after a review of one of its 24 books`,
    `${fresh.renders} of 27 fragments rendered anew, by ${fresh.statements} statements in ${inMs(fresh.ms)}; the next time none, in ${inMs(hit.ms)}`,
    'tiered-cache: the book, the shelf and the page around it; the other books as they were kept',
  )
}

async function showAggregate(url: string): Promise<void> {
  const answer = await ask(`${url}/aggregate`)
  const parts = Object.values(JSON.parse(answer.body) as Record<string, { degraded: boolean }>)
  expect(parts.length === 3 && parts.every((part) => !part.degraded), 'all three upstream services must have answered')
  const delays: number[] = Object.values(upstreamDelaysMs)
  const sum = delays.reduce((total, delay) => total + delay)
  expect(
    answer.ms >= Math.max(...delays) - 1 && answer.ms < sum,
    `three services must take the time of the slowest: ${inMs(answer.ms)}`,
  )
  step(
    'GET /aggregate',
    `${answer.status} in ${inMs(answer.ms)} from services that wait ${delays.join(', ')} ms, ${sum} ms one after the other`,
    'a deadline and a fallback for each',
  )
}

async function showCutConnections(url: string, databaseUrl: string): Promise<void> {
  const cut = await cutConnections(databaseUrl)
  const startedAt = performance.now()
  let answer = await ask(`${url}/catalog?books=10`)
  while (answer.status !== 200 && performance.now() - startedAt < 1000) answer = await ask(`${url}/catalog?books=10`)
  const tookMs = performance.now() - startedAt
  expect(answer.status === 200, `the catalog must answer again within a second, not ${answer.status}`)
  const [health, ready] = [await ask(`${url}/healthz`), await ask(`${url}/readyz`)]
  expect(health.status === 200 && ready.status === 200, 'the process must be healthy and ready')
  step(
    `GET /catalog, after PostgreSQL has terminated ${cut} connections; GET /healthz and /readyz`,
    `${answer.status} within ${inMs(tookMs)}; ${health.status} and ${ready.status}`,
    'pooled-db: dead connections are dropped, the process lives on',
  )
}
