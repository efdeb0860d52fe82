import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { demoReader } from '@seawall-examples/bookstore'
import { Client, type Asked } from './client.ts'
import type { Stack } from './start-stack.ts'

const readers = 12
const betweenReviewsMs = 50
/** The last one: the pages that are asked for do not grow with its reviews. */
const reviewed = 1000
const paths = ['/', '/catalog', '/feed', '/catalog?books=100']

/** What came of the requests. */
export interface TrafficReport {
  /** How many were sent. */
  readonly requests: number
  /** Those that were not answered as they should, in words; the first hundred. */
  readonly failures: readonly string[]
  /** How many were not. */
  readonly failed: number
  /** How long an answer took, in milliseconds. */
  readonly p50Ms: number
  /** The same of the slowest in a hundred. */
  readonly p99Ms: number
  /** How many reviews were taken. */
  readonly reviews: number
  /** How many of them are not stored, or more than once. */
  readonly lost: number
}

/** Readers who ask for one page after the other, and one who posts reviews. */
export class Traffic {
  readonly #client: Client
  readonly #name = `load ${process.pid}`
  readonly #failures: string[] = []
  readonly #reviews: string[] = []
  readonly #took = createHistogram()
  #requests = 0
  #failed = 0
  #isOver = false
  #clients: Promise<unknown> = Promise.resolve()

  constructor({ url, certificate }: Stack) {
    this.#client = new Client(url, certificate)
  }

  /** Signs in, and begins. */
  async start(): Promise<void> {
    const { headers } = await this.#client.ask('/login', { json: demoReader })
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    this.#clients = Promise.all([
      ...Array.from({ length: readers }, (_, reader) => this.#read(reader)),
      this.#review(cookie),
    ])
  }

  /** Lets the requests under way end, and reports. */
  async stop(): Promise<TrafficReport> {
    this.#isOver = true
    await this.#clients
    const lost = await this.#countLost()
    this.#client.close()
    return {
      requests: this.#requests,
      failures: this.#failures,
      failed: this.#failed,
      p50Ms: this.#took.percentile(50) / 1000,
      p99Ms: this.#took.percentile(99) / 1000,
      reviews: this.#reviews.length,
      lost,
    }
  }

  async #read(reader: number): Promise<void> {
    for (let count = reader; !this.#isOver; count++) await this.#ask(paths[count % paths.length] ?? '/', 200)
  }

  async #review(cookie: string): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const body = `${this.#name}, review ${count}`
      const isTaken = await this.#ask(`/books/${reviewed}/reviews`, 201, {
        headers: { cookie },
        json: { rating: 5, body },
      })
      if (isTaken) this.#reviews.push(body)
      await sleep(betweenReviewsMs)
    }
  }

  async #countLost(): Promise<number> {
    const { text } = await this.#client.ask(`/catalog?books=${reviewed}`)
    const book = (JSON.parse(text) as { reviews: { body: string }[] }[])[reviewed - 1]
    const times = new Map<string, number>()
    for (const { body } of book?.reviews ?? []) times.set(body, (times.get(body) ?? 0) + 1)
    return this.#reviews.filter((body) => times.get(body) !== 1).length
  }

  /** Whether it was answered as wanted. */
  async #ask(path: string, wanted: number, asked: Asked = {}): Promise<boolean> {
    const startedAt = performance.now()
    this.#requests++
    const outcome = await this.#client.ask(path, asked).then(
      ({ status }) => (status === wanted ? undefined : `answered ${status}`),
      (error: unknown) => String(error),
    )
    this.#took.record(Math.max(1, Math.round((performance.now() - startedAt) * 1000)))
    if (outcome === undefined) return true
    this.#failed++
    if (this.#failures.length < 100) this.#failures.push(`${path} ${outcome}`)
    return false
  }
}
