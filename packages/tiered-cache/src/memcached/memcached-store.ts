import { bindTags, type Bond } from '../bond.ts'
import { formatFrame } from '../entry-frame.ts'
import type { Acquired, CounterStore, Fill, Lease, LeaseRequest, SharedStore, StoredEntry, Write } from '../tier.ts'
import { MemcachedBonds } from './memcached-bonds.ts'
import { MemcachedCounters } from './memcached-counters.ts'
import type { MemcachedKeys } from './memcached-keys.ts'
import { MemcachedLeases } from './memcached-leases.ts'
import { MemcachedReader } from './memcached-reader.ts'
import type { MetaConnection } from './meta-connection.ts'
import { metaDelete, metaSet, secondsAtMost } from './meta-commands.ts'

/** What Memcached keeps for one namespace. */
export class MemcachedStore implements SharedStore {
  readonly announces = false
  readonly counters: CounterStore
  readonly #connection: MetaConnection
  readonly #keys: MemcachedKeys
  readonly #bonds: MemcachedBonds
  readonly #reader: MemcachedReader
  readonly #leases: MemcachedLeases

  constructor(connection: MetaConnection, keys: MemcachedKeys) {
    this.#connection = connection
    this.#keys = keys
    this.#bonds = new MemcachedBonds(connection, keys)
    this.#reader = new MemcachedReader(connection, keys, this.#bonds)
    this.#leases = new MemcachedLeases(connection, keys, this.#bonds, this.#reader)
    this.counters = new MemcachedCounters(connection, keys, this.#bonds, this.#reader)
  }

  async read(keys: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    return (await this.#reader.find(keys)).map(({ entry }) => entry)
  }

  acquire(requests: readonly LeaseRequest[]): Promise<readonly Acquired[]> {
    return this.#leases.acquire(requests)
  }

  claim(request: LeaseRequest): Promise<Lease> {
    return this.#leases.claim(request)
  }

  fill(fills: readonly Fill[]): Promise<readonly boolean[]> {
    return this.#leases.fill(fills)
  }

  release(leases: readonly Lease[]): Promise<void> {
    return this.#leases.release(leases)
  }

  async write(writes: readonly Write[]): Promise<void> {
    const bond = await this.#bonds.bond([...new Set(writes.flatMap(({ entry }) => entry.tags))])
    const commands = writes.flatMap(({ key, entry }) => {
      const bound = bindTags(entry.tags, bond, bond) ?? { generation: bond.generation, pairs: [] }
      const frame = formatFrame(entry, bound, entry.payload)
      const set = metaSet(this.#keys.entry(key), `T${secondsAtMost(entry.hardMs)}`, frame)
      return [set, metaDelete(this.#keys.lease(key))]
    })
    await this.#sendAll(commands)
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#sendAll(keys.flatMap((key) => [metaDelete(this.#keys.entry(key)), metaDelete(this.#keys.lease(key))]))
  }

  expire(keys: readonly string[]): Promise<void> {
    const commands = keys.flatMap((key) => [metaDelete(this.#keys.entry(key), 'I'), metaDelete(this.#keys.lease(key))])
    return this.#sendAll(commands)
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#bonds.invalidate(tags)
  }

  clear(): Promise<void> {
    return this.#bonds.clear()
  }

  versions(tags: readonly string[]): Promise<Bond> {
    return this.#bonds.bond(tags)
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  async #sendAll(commands: readonly (string | Buffer)[]): Promise<void> {
    await Promise.all(commands.map((command) => this.#connection.send(command)))
  }
}
