import { formatFrame } from '../entry-frame.ts'
import type { CounterStore, Lifetime, Write } from '../tier.ts'
import type { MemcachedBonds } from './memcached-bonds.ts'
import type { MemcachedKeys } from './memcached-keys.ts'
import type { Found, MemcachedReader } from './memcached-reader.ts'
import type { MetaConnection } from './meta-connection.ts'
import { metaDelete, metaSet, secondsAtMost } from './meta-commands.ts'

/** What to store in place of what was found. */
interface Change<Answer> {
  /** The frame, and how long it is kept, in seconds; left out: nothing is changed. */
  readonly store?: { readonly frame: Buffer; readonly seconds: number }
  readonly answer: Answer
}

/** Each turn one of those who contend for a key succeeds. */
const maxTurns = 100

/** Additions, counters and new lifetimes: each is tried anew when the item was changed between the reading and the writing. */
export class MemcachedCounters implements CounterStore {
  readonly #connection: MetaConnection
  readonly #keys: MemcachedKeys
  readonly #bonds: MemcachedBonds
  readonly #reader: MemcachedReader

  constructor(connection: MetaConnection, keys: MemcachedKeys, bonds: MemcachedBonds, reader: MemcachedReader) {
    this.#connection = connection
    this.#keys = keys
    this.#bonds = bonds
    this.#reader = reader
  }

  async add({ key, entry }: Write): Promise<boolean> {
    const { generation, versions } = await this.#bonds.bond(entry.tags)
    const bound = { generation, pairs: entry.tags.map((tag) => [tag, versions.get(tag) ?? ''] as const) }
    const frame = formatFrame(entry, bound, entry.payload)
    return this.#change(key, (found) =>
      found.entry === undefined
        ? { store: { frame, seconds: secondsAtMost(entry.hardMs) }, answer: true }
        : { answer: false },
    )
  }

  async increment(key: string, by: number, lifetime: Lifetime): Promise<number | undefined> {
    const { generation } = await this.#bonds.bond([])
    return this.#change(key, ({ entry, frame, seconds }) => {
      if (entry === undefined || frame === undefined) {
        const made = formatFrame(lifetime, { generation, pairs: [] }, Buffer.from(String(by)))
        return { store: { frame: made, seconds: secondsAtMost(lifetime.hardMs) }, answer: by }
      }
      const text = frame.payload.toString()
      const sum = Number(text) + by
      if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(sum)) return { answer: undefined }
      return { store: { frame: formatFrame(frame, frame, Buffer.from(String(sum))), seconds }, answer: sum }
    })
  }

  touch(key: string, lifetime: Lifetime): Promise<boolean> {
    return this.#change(key, ({ entry, frame }) => {
      if (entry === undefined || frame === undefined) return { answer: false }
      const touched = formatFrame(lifetime, frame, frame.payload)
      return { store: { frame: touched, seconds: secondsAtMost(lifetime.hardMs) }, answer: true }
    })
  }

  async #change<Answer>(key: string, decide: (found: Found) => Change<Answer>): Promise<Answer> {
    for (let turn = 0; turn < maxTurns; turn++) {
      const [found] = await this.#reader.find([key], 1)
      if (found === undefined) break
      const { store, answer } = decide(found)
      if (store === undefined) return answer
      const set = metaSet(this.#keys.entry(key), `C${found.state} T${store.seconds}`, store.frame)
      const [stored] = await Promise.all([
        this.#connection.send(set),
        this.#connection.send(metaDelete(this.#keys.lease(key))),
      ])
      if (stored.status === 'HD') return answer
    }
    throw new Error(`Others have changed the key ${maxTurns} times in between`)
  }
}
