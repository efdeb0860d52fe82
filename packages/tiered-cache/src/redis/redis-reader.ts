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

/** Reads entries and tells which of them count. */
export class RedisReader {
  readonly #client: RedisClient
  readonly #keys: RedisKeys
  readonly #bonds: RedisBonds
  readonly #clock = new RedisClock()

  constructor(client: RedisClient, keys: RedisKeys, bonds: RedisBonds) {
    this.#client = client
    this.#keys = keys
    this.#bonds = bonds
  }

  /** The entries of keys, in one command, and one more where entries have tags. */
  async read(keys: readonly string[]): Promise<(StoredEntry | undefined)[]> {
    if (this.#client.isCluster) return (await this.find(keys)).map(({ entry }) => entry)
    const names = [this.#keys.generation]
    for (const key of keys) names.push(this.#keys.entry(key))
    const asked = this.#client.mgetBuffer(names)
    const reply = this.#clock.isUnknown() ? (await Promise.all([asked, this.#askTime()]))[0] : await asked
    const [generation] = reply
    const at = this.#clock.now()
    const frames = reply.slice(1).map(toFrame)
    return this.#current(frames, () => at, generation?.toString())
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

  /** The entries of the frames that count now: at once, unless one has tags. */
  #current(
    frames: readonly (Frame | undefined)[],
    timeOf: (index: number) => number,
    generation: string | undefined,
  ): (StoredEntry | undefined)[] | Promise<(StoredEntry | undefined)[]> {
    const current = frames.map((frame) => (frame?.isOf(generation) === true ? frame : undefined))
    const hasTags = current.some((frame) => frame !== undefined && frame.tags.length > 0)
    if (!hasTags) return current.map((frame, index) => frame && toEntry(frame, timeOf(index)))
    return this.#bonds.versionsOf(current).then((versions) => {
      const versionOf = (tag: string) => versions.get(tag)
      return current.map((frame, index) =>
        frame !== undefined && isCurrent(frame, generation, versionOf) ? toEntry(frame, timeOf(index)) : undefined,
      )
    })
  }

  async #askTime(): Promise<void> {
    const askedAt = performance.now()
    this.#clock.tell(await this.#client.callBuffer('TIME'), askedAt)
  }
}

/** The reply to TIME, in milliseconds. */
export function toMs(time: unknown): number {
  const [seconds = NaN, microseconds = NaN] = (time as unknown[]).map(Number)
  return seconds * 1_000 + Math.ceil(microseconds / 1_000)
}

function toFrame(bytes: Buffer | null): Frame | undefined {
  return bytes === null ? undefined : parseFrame(bytes)
}

/** The entry with the time that it has left, never more than it was given: the server may be another than the one that wrote it. */
function toEntry(frame: Frame, at: number): StoredEntry | undefined {
  const age = Math.max(0, at - frame.writtenAt)
  return age < frame.hardMs ? new RedisEntry(frame, age) : undefined
}

/** An entry that makes of its frame only what it is asked for. */
class RedisEntry implements StoredEntry {
  readonly payload: Buffer
  readonly softMs: number
  readonly hardMs: number
  readonly #frame: Frame

  constructor(frame: Frame, age: number) {
    this.payload = frame.payload
    this.softMs = frame.softMs - age
    this.hardMs = frame.hardMs - age
    this.#frame = frame
  }

  get tags(): readonly string[] {
    return this.#frame.tags.map(([tag]) => tag)
  }

  get version(): string {
    return this.#frame.version
  }
}
