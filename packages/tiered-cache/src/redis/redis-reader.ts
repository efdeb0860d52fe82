import { isUtf8 } from 'node:buffer'
import { isCurrent } from '../bond.ts'
import { parseFrame, versionOfBytes, type Frame } from '../entry-frame.ts'
import type { StoredEntry } from '../tier.ts'
import { bySlot } from './by-slot.ts'
import { readScript } from './entry-scripts.ts'
import type { RedisBonds } from './redis-bonds.ts'
import type { RedisClient } from './redis-client.ts'
import { RedisClock } from './redis-clock.ts'
import type { RedisKeys } from './redis-keys.ts'
import { runScript } from './redis-script.ts'

/** What lies under a key. */
export interface Found {
  /** The entry, unless it is invalid, over, or not ours. */
  readonly entry: StoredEntry | undefined
  /** The version of what lies there, whether it is an entry or not; `''` where nothing does. */
  readonly version: string
}

/** Bytes and the server's time at which they were there, in milliseconds. */
export interface Timed {
  readonly bytes: Buffer | null
  readonly at: number
}

/** What lies under a name. */
type Body = Buffer | string | null

/** What stands in a text in the place of what was not UTF-8. */
const lostBytes = '\uFFFD'

/** Reads entries and tells which of them count. */
export class RedisReader {
  readonly #client: RedisClient
  readonly #keys: RedisKeys
  readonly #bonds: RedisBonds
  readonly #clock = new RedisClock()
  /** A value was met that is not text: it was compressed, or its codec writes bytes. */
  #hasBytes = false

  constructor(client: RedisClient, keys: RedisKeys, bonds: RedisBonds) {
    this.#client = client
    this.#keys = keys
    this.#bonds = bonds
  }

  /** The entries of keys, in one command, and one more where entries have tags. */
  read(keys: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    if (this.#client.isCluster) return this.find(keys).then((found) => found.map(({ entry }) => entry))
    const names = [this.#keys.generation]
    for (const key of keys) names.push(this.#keys.entry(key))
    return this.#ask(names).then((reply) => this.#openAll(reply, names))
  }

  #ask(names: string[]): Promise<Body[]> {
    if (this.#clock.isUnknown()) return this.#readWithTime(names)
    return this.#hasBytes ? this.#client.mgetBuffer(names) : this.#client.mget(names)
  }

  /** From the first value that is not text the reader asks for bytes, which costs more and reads all. */
  async #openAsBytes(names: string[]): Promise<(StoredEntry | undefined)[]> {
    this.#hasBytes = true
    return this.#openAll(await this.#client.mgetBuffer(names), names)
  }

  /** The entries of a reply that begins with the generation. */
  #openAll(reply: Body[], names: string[]): (StoredEntry | undefined)[] | Promise<(StoredEntry | undefined)[]> {
    const at = this.#clock.now()
    const generation = reply[0]?.toString()
    const frames: (Frame | undefined)[] = []
    for (let index = 1; index < reply.length; index++) {
      const body = reply[index] ?? null
      if (typeof body === 'string' && body.includes(lostBytes)) return this.#openAsBytes(names)
      frames.push(toFrame(body))
    }
    // The client's own objects keep past replies alive until the collector looks at the old ones. Emptied, they cost nothing.
    reply.length = 0
    return this.#current(frames, () => at, generation)
  }

  /** What lies under keys; in a cluster by slot, each by the clock of its server. */
  async find(keys: readonly string[]): Promise<Found[]> {
    const [generation, found] = await Promise.all([
      this.#client.callBuffer('GET', this.#keys.generation),
      bySlot(
        this.#client,
        this.#keys,
        keys,
        (key) => key,
        async (group) => {
          const names = group.map((key) => this.#keys.entry(key))
          const [time, ...entries] = (await runScript(this.#client, readScript, names, [])) as unknown[]
          const at = toMs(time)
          return entries.map((bytes): Timed => ({ bytes: bytes as Buffer | null, at }))
        },
      ),
    ])
    const entries = await this.open(found, (generation as Buffer | null)?.toString())
    return found.map(({ bytes }, index) => ({
      entry: entries[index],
      version: bytes === null ? '' : versionOfBytes(bytes),
    }))
  }

  /** The entries that these bytes are, by the tags' versions of now. */
  async open(found: readonly Timed[], generation: string | undefined): Promise<(StoredEntry | undefined)[]> {
    const frames = found.map(({ bytes }) => toFrame(bytes))
    return this.#current(frames, (index) => found[index]?.at ?? NaN, generation)
  }

  /** Those of the frames that count now: at once, unless one has tags. */
  #current(
    frames: (Frame | undefined)[],
    timeOf: (index: number) => number,
    generation: string | undefined,
  ): (StoredEntry | undefined)[] | Promise<(StoredEntry | undefined)[]> {
    let hasTags = false
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index]
      if (frame?.isOf(generation) !== true || !frame.age(timeOf(index))) frames[index] = undefined
      else if (frame.pairs.length > 0) hasTags = true
    }
    if (!hasTags) return frames
    return this.#bonds.versionsOf(frames).then((versions) => {
      const versionOf = (tag: string) => versions.get(tag)
      return frames.map((frame) => (frame && isCurrent(frame, generation, versionOf) ? frame : undefined))
    })
  }

  /** The same by a script, which is slower and tells the time as well. */
  async #readWithTime(names: readonly string[]): Promise<(Buffer | null)[]> {
    const askedAt = performance.now()
    const [time, ...found] = (await runScript(this.#client, readScript, names, [])) as [unknown, ...(Buffer | null)[]]
    this.#clock.tell(time, askedAt)
    // Seen here, it does not cost the next read a second command.
    this.#hasBytes ||= found.some((bytes) => bytes !== null && !isUtf8(bytes))
    return found
  }
}

/** The reply to TIME, in milliseconds. */
export function toMs(time: unknown): number {
  const [seconds = NaN, microseconds = NaN] = (time as unknown[]).map(Number)
  return seconds * 1_000 + Math.ceil(microseconds / 1_000)
}

function toFrame(body: Body): Frame | undefined {
  return body === null ? undefined : parseFrame(body)
}
