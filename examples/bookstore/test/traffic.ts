import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'

/** How long after a review was taken any process may still answer without it. */
const boundMs = 1500
const pauseMs = 10

/** What came of the requests. */
export interface Traffic {
  /** How many requests were answered as they should. */
  readonly served: number
  /** What was not: the path and its status, or the error. */
  readonly failures: readonly string[]
  /** What was read without a review that it had to show by then. */
  readonly stale: readonly string[]
  /** The texts of the reviews that were taken. */
  readonly reviews: readonly string[]
}

let traffics = 0

/**
 * Reads everything and posts reviews, on all servers, while something is done to what they stand on, and for a moment
 * more. A review is looked for on every server after its bound.
 */
export async function trafficDuring(
  urls: readonly string[],
  cookie: string,
  work: () => Promise<void>,
): Promise<Traffic> {
  const traffic = new RunningTraffic(urls, cookie, `traffic ${++traffics}`)
  try {
    await traffic.round()
    await work()
    await traffic.round()
  } finally {
    await traffic.stop()
  }
  return traffic
}

class RunningTraffic implements Traffic {
  served = 0
  readonly failures: string[] = []
  readonly stale: string[] = []
  readonly reviews: string[] = []
  readonly #urls: readonly string[]
  readonly #cookie: string
  readonly #name: string
  readonly #clients: Promise<unknown>
  readonly #looks: Promise<void>[] = []
  #isOver = false

  constructor(urls: readonly string[], cookie: string, name: string) {
    this.#urls = urls
    this.#cookie = cookie
    this.#name = name
    const readers = urls.flatMap((url) => ['/', '/feed', '/catalog?books=5'].map((path) => this.#read(url + path)))
    this.#clients = Promise.all([...readers, this.#review()])
  }

  /** Until some more reviews were taken. */
  async round(): Promise<void> {
    const enough = this.reviews.length + 3
    while (this.reviews.length < enough && this.failures.length < 20) await sleep(pauseMs)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#clients
    await Promise.all(this.#looks)
  }

  async #read(url: string): Promise<void> {
    while (!this.#isOver) {
      await this.#ask(url)
      await sleep(pauseMs)
    }
  }

  async #review(): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const body = `${this.#name}, review ${count}.`
      const url = this.#urls[count % this.#urls.length] ?? ''
      const taken = await this.#ask(`${url}/books/1/reviews`, { rating: 5, body })
      if (taken !== undefined) {
        this.reviews.push(body)
        this.#looks.push(this.#look(body))
      }
      await sleep(5 * pauseMs)
    }
  }

  /** The feed shows the newest 50: those of one bound are fewer. */
  async #look(body: string): Promise<void> {
    await sleep(boundMs)
    for (const url of this.#urls) {
      const feed = await this.#ask(`${url}/feed`)
      if (feed !== undefined && !feed.includes(body)) this.stale.push(`${body} on ${url}`)
    }
  }

  /** What was answered, if it was served. */
  async #ask(url: string, json?: unknown): Promise<string | undefined> {
    const wanted = json === undefined ? 200 : 201
    try {
      const { status, text } = await ask(url, json === undefined ? {} : { json, headers: { cookie: this.#cookie } })
      if (status !== wanted) throw new Error(`answered ${status}: ${text.slice(0, 200)}`)
      this.served++
      return text
    } catch (error) {
      this.failures.push(`${new URL(url).pathname} ${String(error)}`)
      return undefined
    }
  }
}
