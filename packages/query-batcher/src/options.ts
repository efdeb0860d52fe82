import { boolean, checkOptions, integer, type Rule } from '@seawall/options'

/** How `many` finds the rows of a parent. */
export interface ManyOptions<Reference extends string, Column extends string> {
  /**
   * The child's column that holds the key, as the child query calls it (`'review.book_id'`), and the parent's column
   * with the same key, as the parent's rows call it (`'id'`). The child query need not select its column.
   */
  readonly on: readonly [child: Reference, parent: Column]
  /**
   * The most keys in one statement. Above it the keys are split, and the relation takes as many statements as there
   * are parts, one after another. At least 1.
   *
   * @default 10_000
   */
  readonly maxKeys?: number | undefined
}

/** How `one` finds the row of a parent. */
export interface OneOptions<
  Reference extends string,
  Column extends string,
  Required extends boolean,
> extends ManyOptions<Reference, Column> {
  /**
   * Whether every parent must have its row. With `true` the value is never `null`, the parent's column may not be
   * nullable, and a missing row is a `MissingRelationError`. The database should hold a foreign key that promises it.
   *
   * @default false
   */
  readonly required?: Required | undefined
}

/** Options after the check, defaults filled in. */
export interface CheckedOptions {
  readonly reference: string
  readonly column: string
  readonly maxKeys: number
  readonly required: boolean
}

const columnPair: Rule = {
  must: "two names, the child's column and the parent's",
  isType: (value) => Array.isArray(value) && value.length === 2 && value.every((name) => typeof name === 'string'),
  isInRange: (value) => (value as string[]).every((name) => name !== ''),
}

const manyRules = { on: columnPair, maxKeys: integer({ min: 1 }) }
const oneRules = { ...manyRules, required: boolean }

export function checkManyOptions(options: ManyOptions<string, string>): CheckedOptions {
  checkOptions("create a 'many' relation", options, manyRules, ['on'])
  return checked(options)
}

export function checkOneOptions(options: OneOptions<string, string, boolean>): CheckedOptions {
  checkOptions("create a 'one' relation", options, oneRules, ['on'])
  return checked(options)
}

function checked({ on: [reference, column], maxKeys = 10_000, required = false }: OneOptions<string, string, boolean>) {
  return { reference, column, maxKeys, required }
}
