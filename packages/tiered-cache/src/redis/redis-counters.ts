import { bytesOfVersion, formatFrameRest, formatFrameStart, formatSpans } from '../entry-frame.ts'
import type { CounterStore, Lifetime, Write } from '../tier.ts'
import { createToken } from '../token.ts'
import { addScript, incrementScript, touchScript } from './entry-scripts.ts'
import type { RedisBonds } from './redis-bonds.ts'
import type { RedisClient } from './redis-client.ts'
import type { RedisKeys } from './redis-keys.ts'
import type { RedisNews } from './redis-news.ts'
import type { RedisReader } from './redis-reader.ts'
import { runScript, type RedisScript } from './redis-script.ts'

const nothing = new Uint8Array()

/** Additions, counters and new lifetimes, each in one script. */
export class RedisCounters implements CounterStore {
  readonly #client: RedisClient
  readonly #keys: RedisKeys
  readonly #news: RedisNews
  readonly #bonds: RedisBonds
  readonly #reader: RedisReader

  constructor(client: RedisClient, keys: RedisKeys, news: RedisNews, bonds: RedisBonds, reader: RedisReader) {
    this.#client = client
    this.#keys = keys
    this.#news = news
    this.#bonds = bonds
    this.#reader = reader
  }

  async add({ key, entry }: Write): Promise<boolean> {
    const [bond, found] = await Promise.all([this.#bonds.bond(entry.tags, entry.hardMs), this.#find(key)])
    if (found.entry !== undefined) return false
    const pairs = entry.tags.map((tag) => [tag, bond.versions.get(tag) ?? ''] as const)
    const rest = formatFrameRest(entry, { generation: bond.generation, pairs }, entry.payload)
    const values = [bytesOfVersion(found.version), Math.ceil(entry.hardMs), formatFrameStart(createToken()), rest]
    return (await this.#run(addScript, key, values)) === 1
  }

  async increment(key: string, by: number, lifetime: Lifetime): Promise<number | undefined> {
    const [bond, found] = await Promise.all([this.#bonds.bond([], lifetime.hardMs), this.#find(key)])
    const rest = formatFrameRest(lifetime, { generation: bond.generation, pairs: [] }, nothing)
    const useless = bytesOfVersion(found.entry === undefined ? found.version : '')
    const start = formatFrameStart(createToken())
    const sum = await this.#run(incrementScript, key, [
      useless,
      Math.ceil(lifetime.hardMs),
      start,
      rest,
      by,
      bond.generation,
    ])
    return sum === 0 ? undefined : Number(sum)
  }

  async touch(key: string, lifetime: Lifetime): Promise<boolean> {
    const { entry } = await this.#find(key)
    if (entry === undefined) return false
    const values = [entry.version, formatSpans(lifetime), Math.ceil(lifetime.hardMs)]
    return (await this.#run(touchScript, key, values)) === 1
  }

  async #find(key: string) {
    const [found = { entry: undefined, version: '' }] = await this.#reader.find([key])
    return found
  }

  #run(script: RedisScript, key: string, values: readonly (string | number | Buffer)[]): Promise<unknown> {
    const names = [this.#keys.entry(key), this.#keys.lease(key)]
    return runScript(this.#client, script, names, [...this.#news.of({ kind: 'keys', keys: [key] }), ...values])
  }
}
