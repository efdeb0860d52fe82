/*
 * Names for what a statement selects besides the rows. No underscore, no capital and no digit, so that CamelCasePlugin
 * leaves them as they are, whatever its options; a space, so that no column of an application has them.
 */

/** `prefetch a`, `prefetch b`, … `prefetch aa`, … for 0, 1, … 26, … */
export function alias(index: number): string {
  return `prefetch ${letters(index)}`
}

/** The column with the first, second, … part of a child's key: `prefetch key a`. */
export function keyAlias(index: number): string {
  return `prefetch key ${letters(index)}`
}

function letters(index: number): string {
  const letter = String.fromCodePoint(97 + (index % 26))
  return index < 26 ? letter : letters(Math.floor(index / 26) - 1) + letter
}
