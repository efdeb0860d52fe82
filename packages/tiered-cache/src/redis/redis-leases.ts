import { bindTags, isCurrent, unnamedTags, type Bond, type Bound } from '../bond.ts'
import { bytesOfVersion, formatFrameRest, formatFrameStart, versionOfBytes } from '../entry-frame.ts'
import type { Acquired, Fill, Lease, LeaseRequest } from '../tier.ts'
import { createToken } from '../token.ts'
import { acquireScript, fillScript, releaseScript } from './entry-scripts.ts'
import type { RedisBonds } from './redis-bonds.ts'
import type { RedisClient } from './redis-client.ts'
import type { RedisKeys } from './redis-keys.ts'
import { toMs, type RedisReader } from './redis-reader.ts'
import { runScript } from './redis-script.ts'

/** Leases on keys of one slot, or of any where there are no slots. */
export class RedisLeases {
  readonly #client: RedisClient
  readonly #keys: RedisKeys
  readonly #bonds: RedisBonds
  readonly #reader: RedisReader
  /** What held when a lease was taken. */
  readonly #bondOf = new WeakMap<Lease, Bond>()

  constructor(client: RedisClient, keys: RedisKeys, bonds: RedisBonds, reader: RedisReader) {
    this.#client = client
    this.#keys = keys
    this.#bonds = bonds
    this.#reader = reader
  }

  async acquire(requests: readonly LeaseRequest[]): Promise<Acquired[]> {
    const [bond, { at, replies }] = await Promise.all([this.#bond(requests), this.#ask(requests)])
    const found = replies.map((reply) => ({ bytes: Buffer.isBuffer(reply.answer) ? reply.answer : null, at }))
    const entries = await this.#reader.open(found, bond.generation)
    const useless = new Map<LeaseRequest, string>()
    const acquired = requests.map((request, index): Acquired | undefined => {
      const [reply, entry, bytes] = [replies[index], entries[index], found[index]?.bytes]
      if (entry !== undefined) return { state: 'hit', entry }
      if (reply?.answer === 1) return { state: 'lease', lease: this.#lease(request.key, reply.token, bond) }
      if (bytes) useless.set(request, versionOfBytes(bytes))
      return bytes ? undefined : { state: 'wait' }
    })
    if (useless.size === 0) return acquired as Acquired[]
    const second = await this.#insist(useless, bond)
    return requests.map((request, index) => acquired[index] ?? second.get(request) ?? { state: 'wait' })
  }

  async claim({ key, tags, leaseMs, hardMs }: LeaseRequest): Promise<Lease> {
    const token = createToken()
    const [bond] = await Promise.all([
      this.#bonds.bond(tags, hardMs + leaseMs),
      this.#client.callBuffer('SET', this.#keys.lease(key), token, 'PX', Math.ceil(leaseMs)),
    ])
    return this.#lease(key, token, bond)
  }

  async fill(fills: readonly Fill[]): Promise<boolean[]> {
    const bounds = await Promise.all(fills.map((fill) => this.#bind(fill)))
    const [stored, generation, versions] = await Promise.all([
      this.#store(fills, bounds),
      this.#client.callBuffer('GET', this.#keys.generation),
      this.#bonds.versionsOf(bounds),
    ])
    // What was bound to versions of the past lies there unreadable: to callers it was not stored.
    return bounds.map(
      (bound, index) =>
        bound !== undefined && stored[index] === 1 && isCurrent(bound, String(generation), (tag) => versions.get(tag)),
    )
  }

  async release(leases: readonly Lease[]): Promise<never[]> {
    const names = leases.map(({ key }) => this.#keys.lease(key))
    const tokens = leases.map(({ token }) => token)
    await runScript(this.#client, releaseScript, names, tokens)
    return []
  }

  #bond(requests: readonly LeaseRequest[]): Promise<Bond> {
    const tags = [...new Set(requests.flatMap((request) => request.tags))]
    return this.#bonds.bond(tags, Math.max(...requests.map(({ hardMs, leaseMs }) => hardMs + leaseMs)))
  }

  async #ask(requests: readonly LeaseRequest[], known?: ReadonlyMap<LeaseRequest, string>) {
    const tokens = requests.map(() => createToken())
    const names = requests.flatMap(({ key }) => [this.#keys.entry(key), this.#keys.lease(key)])
    const values = requests.flatMap((request, index) => [
      tokens[index] ?? '',
      Math.ceil(request.leaseMs),
      bytesOfVersion(known?.get(request) ?? request.known ?? ''),
    ])
    const [time, ...answers] = (await runScript(this.#client, acquireScript, names, values)) as unknown[]
    return { at: toMs(time), replies: answers.map((answer, index) => ({ answer, token: tokens[index] ?? '' })) }
  }

  /** Asks once more for leases where something useless lies. Who finds another entry there waits and looks again. */
  async #insist(useless: ReadonlyMap<LeaseRequest, string>, bond: Bond): Promise<Map<LeaseRequest, Acquired>> {
    const requests = [...useless.keys()]
    const { replies } = await this.#ask(requests, useless)
    const granted = requests.flatMap((request, index): [LeaseRequest, Acquired][] => {
      const reply = replies[index]
      if (reply?.answer !== 1) return []
      return [[request, { state: 'lease', lease: this.#lease(request.key, reply.token, bond) }]]
    })
    return new Map(granted)
  }

  #lease(key: string, token: string, bond: Bond): Lease {
    const lease = { key, token }
    this.#bondOf.set(lease, bond)
    return lease
  }

  async #bind({ lease, entry }: Fill): Promise<Bound | undefined> {
    const bond = this.#bondOf.get(lease)
    if (bond === undefined) return undefined
    const unnamed = unnamedTags(entry.tags, bond)
    const now = unnamed.length === 0 ? undefined : await this.#bonds.bond(unnamed, entry.hardMs)
    return bindTags(entry.tags, bond, now)
  }

  async #store(fills: readonly Fill[], bounds: readonly (Bound | undefined)[]): Promise<unknown[]> {
    const names = fills.flatMap(({ lease }) => [this.#keys.entry(lease.key), this.#keys.lease(lease.key)])
    const values = fills.flatMap(({ lease, entry }, index) => {
      const bound = bounds[index]
      // A token that no lease has: what cannot be bound is not stored.
      if (bound === undefined) return ['', 1, '', '']
      const rest = formatFrameRest(entry, bound, entry.payload)
      return [lease.token, Math.ceil(entry.hardMs), formatFrameStart(createToken()), rest]
    })
    return (await runScript(this.#client, fillScript, names, values)) as unknown[]
  }
}
