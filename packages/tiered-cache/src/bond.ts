/*
 * What binds an entry to the state of its tags. The whole namespace counts as a tag, its version is the generation. An
 * entry carries the versions of the time before its value was read, and is readable while they are equal to those there
 * are. A version that was evicted is missing or made anew, and equals no other.
 */

/** The versions that held when a lease was taken. */
export interface Bond {
  /** The version of the namespace. */
  readonly generation: string
  /** Changes with every invalidation of tags, before the tags themselves do. */
  readonly epoch: string
  /** The versions of the tags that the lease named. */
  readonly versions: ReadonlyMap<string, string>
}

/** What an entry carries. */
export interface Bound {
  /** The version of the namespace. */
  readonly generation: string
  /** Its tags and their versions. */
  readonly pairs: readonly (readonly [tag: string, version: string])[]
}

/** Whether what an entry carries is what there is. */
export function isCurrent(
  bound: Bound,
  generation: string | undefined,
  versionOf: (tag: string) => string | undefined,
): boolean {
  return bound.generation === generation && bound.pairs.every(([tag, version]) => versionOf(tag) === version)
}

/**
 * What an entry with these tags is to carry, or `undefined` when one of them may have been invalidated since. A tag that
 * the lease did not name is looked up now. It was not invalidated since when no tag was.
 */
export function bindTags(tags: readonly string[], bond: Bond, now: Bond | undefined): Bound | undefined {
  const pairs: [string, string][] = []
  for (const tag of tags) {
    const version = bond.versions.get(tag) ?? (now?.epoch === bond.epoch ? now.versions.get(tag) : undefined)
    if (version === undefined) return undefined
    pairs.push([tag, version])
  }
  return { generation: bond.generation, pairs }
}

/** The tags of an entry that its lease did not name. */
export function unnamedTags(tags: readonly string[], bond: Bond): string[] {
  return tags.filter((tag) => !bond.versions.has(tag))
}
