import type { Bond, Bound } from '../bond.ts'
import { createToken } from '../token.ts'
import type { RedisClient } from './redis-client.ts'
import type { RedisKeys } from './redis-keys.ts'
import { runScript } from './redis-script.ts'
import { bondScript } from './version-scripts.ts'

/** The versions that a namespace and its tags have in Redis. */
export class RedisBonds {
  readonly #client: RedisClient
  readonly #keys: RedisKeys

  constructor(client: RedisClient, keys: RedisKeys) {
    this.#client = client
    this.#keys = keys
  }

  /** The versions of now, made where there are none, and kept for as long as an entry. */
  async bond(tags: readonly string[], leastMs: number): Promise<Bond> {
    const names = [this.#keys.generation, this.#keys.epoch, ...tags.map((tag) => this.#keys.tag(tag))]
    const reply = await runScript(this.#client, bondScript, names, [createToken(), Math.ceil(leastMs)])
    const [generation = '', epoch = '', ...versions] = (reply as unknown[]).map(String)
    return { generation, epoch, versions: new Map(tags.map((tag, index) => [tag, versions[index] ?? ''])) }
  }

  /** The versions that the tags of some entries have; a tag that has none is left out. */
  async versionsOf(bounds: readonly (Bound | undefined)[]): Promise<ReadonlyMap<string, string>> {
    const tags = [...new Set(bounds.flatMap((bound) => (bound === undefined ? [] : bound.pairs.map(([tag]) => tag))))]
    const versions = new Map<string, string>()
    if (tags.length === 0) return versions
    const found = await this.#client.mgetBuffer(tags.map((tag) => this.#keys.tag(tag)))
    for (const [index, version] of found.entries()) {
      const tag = tags[index]
      if (version !== null && tag !== undefined) versions.set(tag, version.toString())
    }
    return versions
  }
}
