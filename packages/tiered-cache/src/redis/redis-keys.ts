import { keySlot } from './key-slot.ts'

/**
 * The names of what a namespace keeps in Redis. A key's entry and lease lie in one slot of a cluster; the generation, the
 * epoch and the versions of all tags lie together in another.
 */
export class RedisKeys {
  /** The version of the namespace. */
  readonly generation: string
  /** Changes with every invalidation of tags. */
  readonly epoch: string
  /** Where changes are announced. */
  readonly channel: string
  /** What all entries begin with, and nothing else does. */
  readonly entryPrefix: string
  /** What the versions of all tags begin with. */
  readonly tagPrefix: string

  constructor(namespace: string) {
    this.generation = `{${namespace}}:generation`
    this.epoch = `{${namespace}}:epoch`
    this.channel = `${namespace}:changes`
    this.entryPrefix = `${namespace}:{`
    this.tagPrefix = `{${namespace}}:tag:`
  }

  entry(key: string): string {
    return `${this.entryPrefix}${escape(key)}}`
  }

  lease(key: string): string {
    return `lease:${this.entry(key)}`
  }

  tag(tag: string): string {
    return this.tagPrefix + tag
  }

  slot(key: string): number {
    return keySlot(this.entry(key))
  }

  /** The key whose entry has this name, or `undefined` when it is the name of something else. */
  keyOf(name: string): string | undefined {
    if (!name.startsWith(this.entryPrefix) || !name.endsWith('}')) return undefined
    return unescape(name.slice(this.entryPrefix.length, -1))
  }
}

// A closing brace would end the part of the name that decides the slot.
function escape(key: string): string {
  return /[%}]/.test(key) ? key.replaceAll('%', '%25').replaceAll('}', '%7D') : key
}

function unescape(text: string): string {
  return text.includes('%') ? text.replaceAll('%7D', '}').replaceAll('%25', '%') : text
}
