import { encodeKey } from './encode-key.ts'
import type { Level } from './level.ts'
import type { MemoryGate } from './memory-gate.ts'
import type { CacheSettings } from './options.ts'
import { TagClock } from './tag-clock.ts'

/** How many invalidated tags are remembered. */
const maxTags = 10_000
/** Stands for all entries of the cache among tags, of which none is empty: `clear` changes its version. */
const wholeCache = ''

/** Tags and their versions. */
export type Vector = ReadonlyMap<string, string>

/** A moment in the history of invalidations that this process knows of. */
export interface Mark {
  /** The number of invalidations of tags. */
  readonly moment: number
  /** How often everything was forgotten. */
  readonly flushes: number
  /** The time, in milliseconds. */
  readonly at: number
}

interface Source {
  readonly settings: CacheSettings
  readonly levels: readonly Level[]
  readonly gate: MemoryGate
}

/**
 * The versions of tags. What is kept with the versions of before it was made, and used only while they are equal, needs
 * no lease: an invalidation while it was made has changed one.
 */
export class TagVersions {
  readonly #source: Source
  /** The invalidations that this process knows of. */
  readonly #clock = new TagClock(maxTags)
  /** How often everything was forgotten. */
  #flushes = 0

  constructor(source: Source) {
    this.#source = source
  }

  forget(encoded: readonly string[]): void {
    this.#clock.invalidate(encoded)
  }

  forgetAll(): void {
    this.#flushes++
  }

  mark(): Mark {
    return { moment: this.#clock.moment, flushes: this.#flushes, at: this.#source.settings.now() }
  }

  /** Nothing was invalidated since, as far as this process knows. */
  isQuietSince({ moment, flushes }: Mark): boolean {
    return moment === this.#clock.moment && flushes === this.#flushes
  }

  /** Whether tags are unchanged since, for certain: memory is trusted, and was all that time. */
  areUnchanged(tags: readonly string[], mark: Mark): boolean {
    const { gate, settings } = this.#source
    if (gate.store === undefined || settings.now() >= mark.at + settings.memoryTtlMs) return false
    if (this.isQuietSince(mark)) return true
    return mark.flushes === this.#flushes && this.#clock.isCurrent(encode(tags), mark.moment)
  }

  /**
   * The versions of tags, and in any case of the whole cache, made where there are none.
   *
   * @throws CacheTierError when the shared tier does not tell.
   */
  async read(wanted: readonly string[], leastMs: number): Promise<Vector> {
    const lowest = this.#source.levels.at(-1)
    const tags = wanted.filter((tag) => tag !== wholeCache)
    const encoded = encode(tags)
    if (lowest === undefined) {
      const local = tags.map((tag, index) => [tag, String(this.#clock.lastOf(encoded[index] ?? tag))] as const)
      return new Map([[wholeCache, String(this.#flushes)], ...local])
    }
    const { generation, versions } = await lowest.store.versions([...new Set(encoded)], leastMs)
    const pairs = tags.flatMap((tag, index): [string, string][] => {
      const version = versions.get(encoded[index] ?? tag)
      return version === undefined ? [] : [[tag, version]]
    })
    return new Map([[wholeCache, generation], ...pairs])
  }
}

const offered = new WeakMap<object, TagVersions>()

/** Lets the other features of this package see the versions that a cache knows. */
export function offerTagVersions(cache: object, versions: TagVersions): void {
  offered.set(cache, versions)
}

/** @throws TypeError for what `createCache` has not made. */
export function tagVersionsOf(cache: object): TagVersions {
  const versions = offered.get(cache)
  if (versions !== undefined) return versions
  throw new TypeError('Cannot build on a cache as it must be one that createCache has made')
}

function encode(tags: Iterable<string>): string[] {
  return Array.from(tags, (tag) => (tag === wholeCache ? tag : encodeKey(tag)))
}
