import type { Bond, Bound } from '../bond.ts'
import { createToken } from '../token.ts'
import type { MemcachedKeys } from './memcached-keys.ts'
import type { MetaConnection } from './meta-connection.ts'
import { metaGet, metaSet, secondsAtLeast } from './meta-commands.ts'

const kept = secondsAtLeast(Infinity)

/** The versions that a namespace and its tags have in Memcached. */
export class MemcachedBonds {
  readonly #connection: MetaConnection
  readonly #keys: MemcachedKeys

  constructor(connection: MetaConnection, keys: MemcachedKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  /** The versions of now, made where there are none. */
  async bond(tags: readonly string[]): Promise<Bond> {
    const [generation, epoch, ...versions] = await Promise.all([
      this.#kept(this.#keys.generation),
      this.#kept(this.#keys.epoch),
      ...tags.map((tag) => this.#kept(this.#keys.tag(tag))),
    ])
    return { generation, epoch, versions: new Map(tags.map((tag, index) => [tag, versions[index] ?? ''])) }
  }

  generation(): Promise<string | undefined> {
    return this.#read(this.#keys.generation)
  }

  /** The versions that the tags of some entries have; a tag that has none is left out. */
  async versionsOf(bounds: readonly (Bound | undefined)[]): Promise<ReadonlyMap<string, string>> {
    const tags = new Set(bounds.flatMap((bound) => (bound === undefined ? [] : bound.pairs.map(([tag]) => tag))))
    const found = await Promise.all(
      Array.from(tags, async (tag) => [tag, await this.#read(this.#keys.tag(tag))] as const),
    )
    return new Map(found.filter((pair): pair is [string, string] => pair[1] !== undefined))
  }

  async invalidate(tags: readonly string[]): Promise<void> {
    const token = createToken()
    // The epoch comes first: who finds it unchanged knows the old versions of the tags.
    await Promise.all(
      [this.#keys.epoch, ...tags.map((tag) => this.#keys.tag(tag))].map((name) =>
        this.#connection.send(metaSet(name, `T${kept}`, token)),
      ),
    )
  }

  async clear(): Promise<void> {
    await this.#connection.send(metaSet(this.#keys.generation, `T${kept}`, createToken()))
  }

  /** The version under a name, made where there is none and kept for a long time from now. */
  async #kept(name: string): Promise<string> {
    const [, reply] = await Promise.all([
      this.#connection.send(metaSet(name, `ME T${kept}`, createToken())),
      this.#connection.send(metaGet(name, `v T${kept}`)),
    ])
    if (reply.value === undefined) throw new Error('The server does not keep what it was given')
    return reply.value.toString()
  }

  async #read(name: string): Promise<string | undefined> {
    const { value } = await this.#connection.send(metaGet(name, 'v'))
    return value?.toString()
  }
}
