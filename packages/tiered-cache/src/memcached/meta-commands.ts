/*
 * The meta commands that are used here. Flags: v value, t seconds left, c unique number of the item's state, C only in this
 * state, T seconds to live, N make an empty item where there is none, I mark as stale, M mode.
 */

/** Memcached takes a longer time for a date. */
const longestSeconds = 30 * 24 * 3_600

/** Reads an item; with `vivifySeconds` there is one afterwards. */
export function metaGet(name: string, flags: string, vivifySeconds?: number): string {
  return `mg ${name} ${flags}${vivifySeconds === undefined ? '' : ` N${vivifySeconds}`}\r\n`
}

/** Stores a value. */
export function metaSet(name: string, flags: string, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([Buffer.from(`ms ${name} ${bytes.length} ${flags}\r\n`), bytes, Buffer.from('\r\n')])
}

/** Deletes an item or marks it as stale. */
export function metaDelete(name: string, flags = ''): string {
  return `md ${name} ${flags}\r\n`
}

/** Whole seconds for a lease: at least as long as asked. */
export function secondsAtLeast(ms: number): number {
  return Math.min(longestSeconds, Math.max(1, Math.ceil(ms / 1_000)))
}

/** Whole seconds for an entry: no longer than asked, unless that is less than one. */
export function secondsAtMost(ms: number): number {
  return Math.min(longestSeconds, Math.max(1, Math.floor(ms / 1_000)))
}
