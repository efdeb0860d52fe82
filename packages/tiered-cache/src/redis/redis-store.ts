import { bindTags, type Bond } from '../bond.ts'
import type { Announcement, Change } from '../coherence.ts'
import { formatFrameRest, formatFrameStart, formatSpans, formatUntaggedEnd } from '../entry-frame.ts'
import type { Acquired, CounterStore, Fill, Lease, LeaseRequest, SharedStore, StoredEntry, Write } from '../tier.ts'
import { createToken } from '../token.ts'
import { bySlot } from './by-slot.ts'
import { deleteScript, expireScript, writeScript } from './entry-scripts.ts'
import { RedisBonds } from './redis-bonds.ts'
import type { RedisClient } from './redis-client.ts'
import { RedisCounters } from './redis-counters.ts'
import type { RedisKeys } from './redis-keys.ts'
import { RedisLeases } from './redis-leases.ts'
import { RedisNews } from './redis-news.ts'
import { RedisReader } from './redis-reader.ts'
import { runScript, type RedisScript } from './redis-script.ts'
import { clearScript, invalidateScript, writeUntaggedScript } from './version-scripts.ts'

/** What Redis keeps for one namespace. */
export class RedisStore implements SharedStore {
  readonly announces: boolean
  readonly counters: CounterStore
  readonly #client: RedisClient
  readonly #keys: RedisKeys
  readonly #news: RedisNews
  readonly #bonds: RedisBonds
  readonly #reader: RedisReader
  readonly #leases: RedisLeases

  constructor(client: RedisClient, keys: RedisKeys, announcement: Announcement | undefined) {
    this.#client = client
    this.#keys = keys
    this.#news = new RedisNews(client, keys, announcement)
    this.announces = this.#news.announces
    this.#bonds = new RedisBonds(client, keys)
    this.#reader = new RedisReader(client, keys, this.#bonds)
    this.#leases = new RedisLeases(client, keys, this.#bonds, this.#reader)
    this.counters = new RedisCounters(client, keys, this.#news, this.#bonds, this.#reader)
  }

  read(keys: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    return this.#reader.read(keys)
  }

  acquire(requests: readonly LeaseRequest[]): Promise<readonly Acquired[]> {
    return this.#bySlot(
      requests,
      ({ key }) => key,
      (group) => this.#leases.acquire(group),
    )
  }

  claim(request: LeaseRequest): Promise<Lease> {
    return this.#leases.claim(request)
  }

  fill(fills: readonly Fill[]): Promise<readonly boolean[]> {
    return this.#bySlot(
      fills,
      ({ lease }) => lease.key,
      (group) => this.#leases.fill(group),
    )
  }

  async release(leases: readonly Lease[]): Promise<void> {
    await this.#bySlot(
      leases,
      ({ key }) => key,
      (group) => this.#leases.release(group),
    )
  }

  async write(writes: readonly Write[]): Promise<void> {
    const tags = [...new Set(writes.flatMap(({ entry }) => entry.tags))]
    if (tags.length === 0 && !this.#client.isCluster) return this.#writeUntagged(writes)
    const bond = await this.#bonds.bond(tags, Math.max(...writes.map(({ entry }) => entry.hardMs)))
    await this.#change(
      writeScript,
      writes,
      ({ key }) => key,
      ({ entry }) => {
        const bound = bindTags(entry.tags, bond, bond) ?? { generation: bond.generation, pairs: [] }
        const rest = formatFrameRest(entry, bound, entry.payload)
        return [Math.ceil(entry.hardMs), formatFrameStart(createToken()), rest]
      },
    )
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#change(deleteScript, keys)
  }

  expire(keys: readonly string[]): Promise<void> {
    return this.#change(expireScript, keys)
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const names = [this.#keys.epoch, ...tags.map((tag) => this.#keys.tag(tag))]
    await runScript(this.#client, invalidateScript, names, [...this.#news.of({ kind: 'tags', tags }), createToken()])
  }

  async clear(): Promise<void> {
    const values = [...this.#news.of({ kind: 'all' }), createToken()]
    await runScript(this.#client, clearScript, [this.#keys.generation], values)
  }

  versions(tags: readonly string[], leastMs: number): Promise<Bond> {
    return this.#bonds.bond(tags, leastMs)
  }

  async close(): Promise<void> {}

  /** The generation lies on the same server: what is bound to nothing else takes one script. */
  async #writeUntagged(writes: readonly Write[]): Promise<void> {
    const keys = writes.map(({ key }) => key)
    const leastMs = Math.ceil(Math.max(...writes.map(({ entry }) => entry.hardMs)))
    const names = keys.flatMap((key) => [this.#keys.entry(key), this.#keys.lease(key)])
    const frames = writes.flatMap(({ entry }) => [
      Math.ceil(entry.hardMs),
      formatFrameStart(createToken()),
      formatSpans(entry),
      formatUntaggedEnd(entry.payload),
    ])
    const values = [...this.#news.of({ kind: 'keys', keys }), createToken(), leastMs, ...frames]
    await runScript(this.#client, writeUntaggedScript, [...names, this.#keys.generation], values)
  }

  #bySlot<Question, Answer>(
    questions: readonly Question[],
    keyOf: (question: Question) => string,
    ask: (group: readonly Question[]) => Promise<readonly Answer[]>,
  ): Promise<readonly Answer[]> {
    return bySlot(this.#client, this.#keys, questions, keyOf, ask)
  }

  /** Runs a script that changes keys and tells of it. */
  async #change<Item>(
    script: RedisScript,
    items: readonly Item[],
    keyOf: (item: Item) => string = String,
    valuesOf: (item: Item) => readonly (string | number | Buffer)[] = () => [],
  ): Promise<void> {
    await this.#bySlot(items, keyOf, async (group) => {
      const change: Change = { kind: 'keys', keys: group.map(keyOf) }
      const names = change.keys.flatMap((key) => [this.#keys.entry(key), this.#keys.lease(key)])
      await runScript(this.#client, script, names, [...this.#news.of(change), ...group.flatMap(valuesOf)])
      return []
    })
  }
}
