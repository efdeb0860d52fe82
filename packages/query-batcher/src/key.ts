/** A value that finds rows: what drivers return for integer, text and uuid columns. */
export type Key = string | number | bigint

/** Keys are compared by their text, for one column may arrive as `7` and its counterpart (int8) as `'7'`. */
export function keyText(key: Key | null | undefined): string | undefined {
  return key === null || key === undefined ? undefined : String(key)
}
