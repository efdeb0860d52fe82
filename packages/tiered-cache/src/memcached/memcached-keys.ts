import { createHash } from 'node:crypto'

/** What the protocol takes for a key. Anything else could end the line and begin a command of its own. */
const plain = /^[\x21-\x7e]{1,250}$/

/** The names of what a namespace keeps in Memcached. What the protocol does not take for a key is replaced by its hash. */
export class MemcachedKeys {
  /** The version of the namespace. */
  readonly generation: string
  /** Changes with every invalidation of tags. */
  readonly epoch: string
  readonly #namespace: string

  constructor(namespace: string) {
    this.#namespace = namespace
    this.generation = `${namespace}:generation`
    this.epoch = `${namespace}:epoch`
  }

  entry(key: string): string {
    return this.#name('e', key)
  }

  lease(key: string): string {
    return this.#name('l', key)
  }

  tag(tag: string): string {
    return this.#name('t', tag)
  }

  #name(kind: string, text: string): string {
    const name = `${this.#namespace}:${kind}:${text}`
    if (plain.test(name)) return name
    return `${this.#namespace}:${kind}#${createHash('sha256').update(text).digest('base64url')}`
  }
}
