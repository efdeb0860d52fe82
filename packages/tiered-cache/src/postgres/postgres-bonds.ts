import type { Bond } from '../bond.ts'
import { createToken } from '../token.ts'
import type { PostgresKeys } from './postgres-keys.ts'
import type { PostgresQueryable } from './postgres-pool.ts'
import type { Statements } from './postgres-sql.ts'

interface VersionRow {
  readonly key: Buffer
  readonly version: string
}

/** The versions that a namespace and its tags have in the table. */
export class PostgresBonds {
  readonly #pool: PostgresQueryable
  readonly #keys: PostgresKeys
  readonly #statements: Statements

  constructor(pool: PostgresQueryable, keys: PostgresKeys, statements: Statements) {
    this.#pool = pool
    this.#keys = keys
    this.#statements = statements
  }

  /** The versions of now, made where there are none, and kept for as long as an entry. */
  async bond(tags: readonly string[], leastMs: number): Promise<Bond> {
    const { generation, epochs } = this.#keys
    const names = [generation, ...epochs, ...tags.map((tag) => this.#keys.tag(tag))]
    const versions = await this.#find(names, leastMs)
    const missing = names.filter((name) => !versions.has(name.toString('hex')))
    for (const [name, version] of await this.#make(missing, leastMs)) versions.set(name, version)
    const versionOf = (name: Buffer) => versions.get(name.toString('hex'))
    // A tag that a transaction is just making has none yet: what carries it is not stored.
    const pairs = tags.flatMap((tag): [string, string][] => {
      const version = versionOf(this.#keys.tag(tag))
      return version === undefined ? [] : [[tag, version]]
    })
    return { generation: versionOf(generation) ?? '', epoch: epochs.map(versionOf).join(), versions: new Map(pairs) }
  }

  async #find(names: readonly Buffer[], leastMs: number): Promise<Map<string, string>> {
    const { rows } = await this.#pool.query(this.#statements.versions, [names, leastMs])
    return toMap(rows as VersionRow[])
  }

  async #make(names: readonly Buffer[], leastMs: number): Promise<Map<string, string>> {
    if (names.length === 0) return new Map()
    const { rows } = await this.#pool.query(this.#statements.makeVersions, [names, createToken(), leastMs])
    return toMap(rows as VersionRow[])
  }
}

function toMap(rows: readonly VersionRow[]): Map<string, string> {
  return new Map(rows.map(({ key, version }) => [key.toString('hex'), version]))
}
