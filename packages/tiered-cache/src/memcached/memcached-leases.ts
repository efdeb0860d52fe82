import { bindTags, isCurrent, unnamedTags, type Bond } from '../bond.ts'
import { formatFrame } from '../entry-frame.ts'
import type { Acquired, Fill, Lease, LeaseRequest } from '../tier.ts'
import { createToken } from '../token.ts'
import type { MemcachedBonds } from './memcached-bonds.ts'
import type { MemcachedKeys } from './memcached-keys.ts'
import type { Found, MemcachedReader } from './memcached-reader.ts'
import type { MetaConnection } from './meta-connection.ts'
import { metaDelete, metaSet, secondsAtLeast, secondsAtMost } from './meta-commands.ts'
import { flagOf, type MetaReply } from './meta-reply.ts'

/** What is known of a lease. */
interface Held {
  readonly bond: Bond
  /** The state of the entry's item when the lease was taken: it is stored only in this state. */
  readonly state: string
  /** The state of the lease's own item. */
  readonly leaseState: string
  /** Whether the entry's item was made for the lease and is empty. */
  readonly isEmpty: boolean
  /** Which connection it was: states are counted anew by a server that was started anew. */
  readonly epoch: number
}

/**
 * Leases by the meta protocol. An item of its own says who loads; what fences is the unique number that every change of
 * the entry's item gives it, an item that is made empty where there was none.
 */
export class MemcachedLeases {
  readonly #connection: MetaConnection
  readonly #keys: MemcachedKeys
  readonly #bonds: MemcachedBonds
  readonly #reader: MemcachedReader
  readonly #held = new WeakMap<Lease, Held>()

  constructor(connection: MetaConnection, keys: MemcachedKeys, bonds: MemcachedBonds, reader: MemcachedReader) {
    this.#connection = connection
    this.#keys = keys
    this.#bonds = bonds
    this.#reader = reader
  }

  async acquire(requests: readonly LeaseRequest[]): Promise<Acquired[]> {
    const seconds = secondsAtLeast(Math.max(...requests.map(({ leaseMs }) => leaseMs)))
    const { epoch } = this.#connection
    const [bond, grants, found] = await Promise.all([
      this.#bonds.bond([...new Set(requests.flatMap(({ tags }) => tags))]),
      Promise.all(requests.map(({ key, leaseMs }) => this.#take(key, leaseMs, 'ME'))),
      this.#reader.find(
        requests.map(({ key }) => key),
        seconds,
      ),
    ])
    return requests.map(({ key, known }, index): Acquired => {
      const [grant, item] = [grants[index], found[index]]
      const isHit = item?.entry !== undefined && item.entry.version !== known
      if (grant?.status !== 'HD' || item === undefined)
        return isHit ? { state: 'hit', entry: item.entry } : { state: 'wait' }
      const lease = this.#lease(key, { bond, ...heldOf(grant, item), epoch })
      if (!isHit) return { state: 'lease', lease }
      // Nobody will fill it.
      this.release([lease]).catch(() => undefined)
      return { state: 'hit', entry: item.entry }
    })
  }

  async claim({ key, tags, leaseMs }: LeaseRequest): Promise<Lease> {
    const { epoch } = this.#connection
    const [bond, grant, , [item]] = await Promise.all([
      this.#bonds.bond(tags),
      this.#take(key, leaseMs, 'MS'),
      // To append nothing leaves the value and its time as they are, and gives the item another number.
      this.#connection.send(metaSet(this.#keys.entry(key), 'MA', '')),
      this.#reader.find([key], secondsAtLeast(leaseMs)),
    ])
    if (item === undefined) throw new Error('The server does not keep what it was given')
    return this.#lease(key, { bond, ...heldOf(grant, item), epoch })
  }

  async fill(fills: readonly Fill[]): Promise<boolean[]> {
    return Promise.all(fills.map((fill) => this.#fill(fill)))
  }

  async release(leases: readonly Lease[]): Promise<void> {
    await Promise.all(
      leases.map(async (lease) => {
        const held = this.#held.get(lease)
        this.#held.delete(lease)
        if (held === undefined || held.epoch !== this.#connection.epoch) return
        const entry = held.isEmpty ? [metaDelete(this.#keys.entry(lease.key), `C${held.state}`)] : []
        const commands = [...entry, metaDelete(this.#keys.lease(lease.key), `C${held.leaseState}`)]
        await Promise.all(commands.map((command) => this.#connection.send(command)))
      }),
    )
  }

  async #fill({ lease, entry }: Fill): Promise<boolean> {
    const held = this.#held.get(lease)
    this.#held.delete(lease)
    if (held === undefined) return false
    const unnamed = unnamedTags(entry.tags, held.bond)
    const bound = bindTags(entry.tags, held.bond, unnamed.length === 0 ? undefined : await this.#bonds.bond(unnamed))
    if (bound === undefined || held.epoch !== this.#connection.epoch) return false
    const flags = `C${held.state} T${secondsAtMost(entry.hardMs)}`
    const [stored, , generation, versions] = await Promise.all([
      this.#connection.send(metaSet(this.#keys.entry(lease.key), flags, formatFrame(entry, bound, entry.payload))),
      this.#connection.send(metaDelete(this.#keys.lease(lease.key), `C${held.leaseState}`)),
      this.#bonds.generation(),
      this.#bonds.versionsOf([bound]),
    ])
    // What was bound to versions of the past lies there unreadable: to callers it was not stored.
    return stored.status === 'HD' && isCurrent(bound, generation, (tag) => versions.get(tag))
  }

  #take(key: string, leaseMs: number, mode: 'ME' | 'MS'): Promise<MetaReply> {
    const flags = `${mode} T${secondsAtLeast(leaseMs)} c`
    return this.#connection.send(metaSet(this.#keys.lease(key), flags, '1'))
  }

  #lease(key: string, held: Held): Lease {
    const lease = { key, token: createToken() }
    this.#held.set(lease, held)
    return lease
  }
}

function heldOf(grant: MetaReply, item: Found): Pick<Held, 'state' | 'leaseState' | 'isEmpty'> {
  return { state: item.state, leaseState: flagOf(grant, 'c') ?? '', isEmpty: item.frame === undefined }
}
