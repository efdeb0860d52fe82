import { createHash } from 'node:crypto'
import type { Exchange, Guard, Head, Reply } from '@seawall/guard'
import type { Cache } from '../cache.ts'
import type { CacheKey } from '../encode-key.ts'
import { checkHttpOptions, type HttpCacheOptions, type HttpSettings } from './http-options.ts'
import { addVary, instruct, writeInstructions, type Instructions } from './instructions.ts'
import { isNotModified } from './not-modified.ts'
import { planRequest, type RequestPlan } from './request-plan.ts'
import { ResponseStore } from './response-store.ts'
import { isKeptStatus, tagsOf, textOf, toReply, toStored, type StoredResponse } from './stored-response.ts'
import { Turn } from './turn.ts'

/** What the guard knows of one exchange. */
interface Visit {
  readonly plan: RequestPlan
  /** It is this request's turn to bring the response. */
  turn: Turn | undefined
  /** The response comes from the cache. */
  isServed: boolean
  /** The exchange is over. */
  isOver: boolean
}

/**
 * A guard that keeps whole responses to GET in a cache, serves them, and tells the caches on the way what they may keep.
 * Private by default: a request with credentials gets nothing from it and leaves nothing there, unless `user` says whose
 * it is; a response with `Set-Cookie` is never kept. Purge by `cache.invalidateTags`. Streams pass as they come.
 *
 * @throws TypeError or RangeError for bad options.
 * @example
 * ```ts
 * import { createCache, memoryTier } from '@seawall/tiered-cache'
 * import { httpCache } from '@seawall/tiered-cache/http'
 *
 * const cache = createCache({ namespace: 'shop', tiers: [memoryTier({ maxEntries: 10_000 })] })
 * const guard = httpCache(cache, { ttlMs: 60_000, browserSeconds: 10, proxySeconds: 60 })
 * ```
 */
export function httpCache(cache: Cache, options: HttpCacheOptions = {}): Guard {
  const settings = checkHttpOptions(options)
  return new HttpCache(new ResponseStore(cache, settings), settings)
}

class HttpCache implements Guard {
  readonly name = 'http-cache'
  readonly #store: ResponseStore
  readonly #settings: HttpSettings
  readonly #instructions: Instructions
  /** Under which an exchange keeps its visit: mounts of several caches know nothing of each other. */
  readonly #visits = Symbol('http cache')

  constructor(store: ResponseStore, settings: HttpSettings) {
    this.#store = store
    this.#settings = settings
    this.#instructions = writeInstructions(settings)
  }

  onRequest(exchange: Exchange): Promise<Reply | undefined> | Reply | undefined {
    const plan = planRequest(exchange, this.#settings)
    if (plan === undefined) return undefined
    const visit: Visit = { plan, turn: undefined, isServed: false, isOver: false }
    exchange.state.set(this.#visits, visit)
    const { key } = plan
    if (key === undefined) return undefined
    const known = this.#store.peek(key)
    return known === undefined ? this.#seek(exchange, visit, key) : this.#serve(exchange, visit, known)
  }

  onBody(exchange: Exchange, head: Head, body: string | Uint8Array): Reply | undefined {
    const visit = this.#visitOf(exchange)
    if (visit === undefined || visit.isServed) return undefined
    const { turn, plan } = visit
    this.#addEntityTag(head, body)
    if (turn?.isOpen === true) {
      const stored = toStored(head, body, plan.isPersonal, this.#settings)
      if (stored === undefined) this.#endWithout(turn, plan, head.status)
      else turn.keep(stored, Math.min(stored.freshMs + this.#settings.staleMs, 2 ** 31 - 1), tagsOf(head))
    }
    const isMatched =
      head.status === 200 && isNotModified(exchange, textOf(head, 'etag'), textOf(head, 'last-modified'))
    return isMatched ? { status: 304 } : undefined
  }

  onHead(exchange: Exchange, head: Head): void {
    const visit = this.#visitOf(exchange)
    if (visit === undefined) return
    // A stream, or no body at all: nothing whole has been seen.
    if (visit.turn?.isOpen === true) this.#endWithout(visit.turn, visit.plan, head.status)
    if (!isKeptStatus(head.status) && head.status !== 304 && head.status !== 206) return
    addVary(head, this.#settings.vary)
    instruct(head, visit.plan.isPersonal, this.#instructions)
  }

  onClose(exchange: Exchange): void {
    const visit = this.#visitOf(exchange)
    if (visit === undefined) return
    visit.isOver = true
    if (visit.turn?.isOpen === true) visit.turn.fail()
  }

  async #seek(exchange: Exchange, visit: Visit, key: CacheKey): Promise<Reply | undefined> {
    const outcome = await this.#store.find(exchange, { ...visit.plan, key })
    if (!(outcome instanceof Turn)) return outcome && this.#serve(exchange, visit, outcome)
    visit.turn = outcome
    // The client has gone while it waited: no handler will run.
    if (visit.isOver) outcome.fail()
    return undefined
  }

  #serve(exchange: Exchange, visit: Visit, stored: StoredResponse): Reply {
    visit.isServed = true
    const { status, headers } = stored
    const reply = toReply(stored)
    if (status !== 200 || !isNotModified(exchange, headers['etag'], headers['last-modified'])) return reply
    const { 'content-type': _type, 'content-encoding': _encoding, ...kept } = reply.headers ?? {}
    return { status: 304, headers: kept }
  }

  /** Nothing is kept. A refusal, an error and an answer to a condition say nothing of the next response. */
  #endWithout(turn: Turn, { key }: RequestPlan, status: number): void {
    if (key !== undefined && status < 400 && status !== 304) this.#store.pass(key)
    turn.pass()
  }

  #addEntityTag(head: Head, body: string | Uint8Array): void {
    const { etag } = this.#settings
    if (etag === 'none' || head.status !== 200 || head.get('etag') !== undefined) return
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27)
    head.set('etag', etag === 'strong' ? `"${hash}"` : `W/"${hash}"`)
  }

  #visitOf(exchange: Exchange): Visit | undefined {
    return exchange.state.get(this.#visits) as Visit | undefined
  }
}
