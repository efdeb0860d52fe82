import { createHash } from 'node:crypto'

/** A script, and what Redis knows it by. */
export interface Script {
  readonly source: string
  readonly sha1: string
}

/** Names a script. */
export function scriptOf(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}
