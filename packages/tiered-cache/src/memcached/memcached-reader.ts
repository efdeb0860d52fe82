import { isCurrent } from '../bond.ts'
import { parseFrame, type Frame } from '../entry-frame.ts'
import type { StoredEntry } from '../tier.ts'
import type { MemcachedBonds } from './memcached-bonds.ts'
import type { MemcachedKeys } from './memcached-keys.ts'
import type { MetaConnection } from './meta-connection.ts'
import { metaGet } from './meta-commands.ts'
import { flagOf, type MetaReply } from './meta-reply.ts'

/** What lies under a key. */
export interface Found {
  /** The entry, unless it is invalid or not ours. */
  readonly entry: StoredEntry | undefined
  /** The bytes in which it lies. */
  readonly frame: Frame | undefined
  /** The unique number of the item's state; `''` where there is no item. */
  readonly state: string
  /** How long the item is still kept, in seconds. */
  readonly seconds: number
}

/** Reads items and tells which of them are entries that count. */
export class MemcachedReader {
  readonly #connection: MetaConnection
  readonly #keys: MemcachedKeys
  readonly #bonds: MemcachedBonds

  constructor(connection: MetaConnection, keys: MemcachedKeys, bonds: MemcachedBonds) {
    this.#connection = connection
    this.#keys = keys
    this.#bonds = bonds
  }

  /** What lies under keys; with `vivifySeconds` there is an item under each afterwards, which may be empty. */
  async find(keys: readonly string[], vivifySeconds?: number): Promise<Found[]> {
    const [generation, ...replies] = await Promise.all([
      this.#bonds.generation(),
      ...keys.map((key) => this.#connection.send(metaGet(this.#keys.entry(key), 'v t c', vivifySeconds))),
    ])
    const frames = replies.map(({ value }) => (value === undefined ? undefined : parseFrame(value)))
    const versions = await this.#bonds.versionsOf(frames)
    const versionOf = (tag: string) => versions.get(tag)
    return replies.map((reply, index) => {
      const frame = frames[index]
      const isValid = frame !== undefined && isCurrent(frame, generation, versionOf)
      return {
        entry: isValid ? toEntry(frame, reply) : undefined,
        frame,
        state: flagOf(reply, 'c') ?? '',
        seconds: Math.max(1, Number(flagOf(reply, 't') ?? 1)),
      }
    })
  }
}

/** The entry with the time that it has left, in whole seconds, as the server counts. */
function toEntry(frame: Frame, reply: MetaReply): StoredEntry {
  const left = Math.max(0, Number(flagOf(reply, 't') ?? 0)) * 1_000
  const hardMs = Math.max(1, Math.min(frame.hardMs, left))
  const softMs = hardMs - (frame.hardMs - frame.softMs)
  const isStale = flagOf(reply, 'X') !== undefined
  return {
    payload: frame.payload,
    softMs: isStale ? Math.min(0, softMs) : softMs,
    hardMs,
    tags: frame.tags,
    version: frame.version,
  }
}
