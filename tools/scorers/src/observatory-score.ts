import fs from 'node:fs'
import {
  ALGORITHM_VERSION,
  ALL_TESTS,
  getGradeForScore,
  getScoreDescription,
  getScoreModifier,
  hsts,
  MINIMUM_SCORE_FOR_EXTRA_CREDIT,
  parseHttpEquivHeaders,
  Requests,
  Session,
} from './observatory.js'

/** A page as it came over TLS. */
export interface ScoredPage {
  /** The response's headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Its Set-Cookie lines, where they are not among the headers. */
  readonly cookies?: readonly string[]
  /** The page. */
  readonly html: string
  /** The host it came from. @default 'shop.example' */
  readonly host?: string
}

/** What the Observatory says of a page. */
export interface ObservatoryScore {
  /** The points; 100 without any bonus. */
  readonly score: number
  /** From `A+` to `F`. */
  readonly grade: string
  /** The version of the rules by which it was reckoned. */
  readonly algorithm: number
  /** Its tests by name, `content-security-policy`. */
  readonly tests: Readonly<Record<string, ObservatoryResult>>
}

/** The outcome of one test. */
export interface ObservatoryResult {
  /** Its name in the Observatory, `csp-implemented-with-no-unsafe`. */
  readonly result: string
  /** The points it gave or took. */
  readonly points: number
  /** The Observatory's words for it. */
  readonly description: string
}

/** The most that algorithm 4 gives a site that is not on the browsers' preload lists. */
export const maximumWithoutPreload = 140

/**
 * Scores a page by the MDN HTTP Observatory's own code, without a socket. The site is taken to redirect http to https
 * on the same host, as `httpsRedirect` makes it do.
 */
export function observatoryScore(page: ScoredPage): ObservatoryScore {
  const requests = asRequests(page)
  readEmptyPreloadList()
  const outputs = ALL_TESTS.map((test) => test(requests))
  const tests = outputs.map((output) => ({
    name: output.constructor.name,
    result: output.result ?? 'none',
    points: getScoreModifier(output.result ?? ''),
    description: getScoreDescription(output.result ?? ''),
  }))
  const sum = (all: readonly { readonly points: number }[]): number =>
    all.reduce((total, { points }) => total + points, 100)
  const withoutBonus = sum(tests.filter(({ points }) => points < 0))
  const { score, grade } = getGradeForScore(withoutBonus >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(tests) : withoutBonus)
  const byName = Object.fromEntries(tests.map(({ name, ...result }) => [name, result]))
  return { score, grade, algorithm: ALGORITHM_VERSION, tests: byName }
}

function asRequests({ headers, cookies = [], html, host = 'shop.example' }: ScoredPage): Requests {
  const url = new URL(`https://${host}/`)
  const lines = [headers['set-cookie'] ?? [], cookies].flat()
  const response = {
    status: 200,
    verified: true,
    headers: new ScannedHeaders({ ...headers, 'set-cookie': lines }),
    httpEquiv: parseHttpEquivHeaders(html, url.href),
  }
  const requests = new Requests(host)
  requests.session = new Session(url)
  for (const line of lines) requests.session.jar.setCookieSync(line, url.href)
  requests.resources.path = html
  for (const kind of ['auto', 'cors', 'http', 'https'] as const) requests.responses[kind] = response
  requests.responses.httpRedirects = [
    { url: new URL(`http://${host}/`), status: 308 },
    { url, status: 200 },
  ]
  return requests
}

/** The scanner reads headers both as properties and by `get`. */
class ScannedHeaders {
  readonly [name: string]: unknown

  constructor(headers: ScoredPage['headers']) {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && value.length > 0) Object.assign(this, { [name.toLowerCase()]: value })
    Object.defineProperty(this, 'get', { value: (name: string) => this[name.toLowerCase()], enumerable: false })
  }
}

/**
 * The scanner reads the browsers' preload list once, from a file that its installation would download. It finds an empty
 * one.
 */
function readEmptyPreloadList(): void {
  const { readFileSync } = fs
  fs.readFileSync = (() => '{}') as unknown as typeof fs.readFileSync
  try {
    hsts()
  } finally {
    fs.readFileSync = readFileSync
  }
}
