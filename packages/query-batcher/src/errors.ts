import type { Key } from './key.ts'

/** A relation with `required: true` found no row for a parent. */
export class MissingRelationError extends Error {
  /** Always `'ERR_RELATION_MISSING'`. */
  readonly code = 'ERR_RELATION_MISSING'
  /** The relation's name, below the names of the relations that it is nested in: `reviews.user`. */
  readonly relation: string
  /** The parent's key that no row has, or `null` where the parent had none. */
  readonly key: Key | null

  /** @internal */
  constructor(relation: string, reference: string, key: Key | null) {
    super(`Cannot prefetch '${relation}' as it is required and no row has this '${reference}': ${key}`)
    this.name = 'MissingRelationError'
    this.relation = relation
    this.key = key
  }
}
