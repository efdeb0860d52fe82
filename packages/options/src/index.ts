/**
 * Checks options once, at creation: every package of Seawall refuses a bad option in the same words. Also undoes what a
 * client that is given as an option does to strings.
 *
 * @module
 */
export { checkOptions, type Rules } from './check-options.ts'
export { hastenStrings } from './hasten-strings.ts'
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
