/**
 * Checks options once, at creation: every package of Seawall refuses a bad option in the same words.
 *
 * @module
 */
export { checkOptions, type Rules } from './check-options.ts'
export { nearest } from './nearest.ts'
export {
  anyValue,
  arrayOf,
  boolean,
  either,
  fn,
  instanceOrShape,
  integer,
  milliseconds,
  number,
  oneOf,
  record,
  secret,
  string,
  type NumberRange,
  type Rule,
} from './rules.ts'
