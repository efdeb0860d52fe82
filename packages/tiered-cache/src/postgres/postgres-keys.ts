import { createHash } from 'node:crypto'

/** The names of what a namespace keeps in the table, as bytes: PostgreSQL takes no zero byte in text. */
export class PostgresKeys {
  /** The version of the namespace. */
  readonly generation: Buffer
  /** One of them changes with every invalidation of tags; several, lest all transactions that do wait for each other. */
  readonly epochs: readonly Buffer[]
  /** Where changes are announced. */
  readonly channel: string
  readonly #namespace: string

  constructor(namespace: string) {
    this.#namespace = namespace
    this.generation = Buffer.from(`${namespace}:g`)
    this.epochs = Array.from({ length: 16 }, (_, index) => Buffer.from(`${namespace}:n${index}`))
    this.channel = `seawall:${createHash('sha256').update(namespace).digest('hex').slice(0, 40)}`
  }

  entry(key: string): Buffer {
    return Buffer.from(`${this.#namespace}:e:${key}`)
  }

  tag(tag: string): Buffer {
    return Buffer.from(`${this.#namespace}:t:${tag}`)
  }

  /** The tag that has this name. */
  tagOf(name: Buffer): string {
    return name.toString().slice(this.#namespace.length + 3)
  }
}
