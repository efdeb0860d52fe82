import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Deep enough for the frames that a query builder and a pool put between a statement and the code that asked for it. */
const depth = 60
const place = /\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/
/** Node's own, what is installed, and Seawall's packages where they are linked instead of installed. */
const foreign = /^node:|[\\/]node_modules[\\/]|[\\/](?:pooled-db|query-batcher)[\\/](?:dist|src)[\\/]/

/** The place in the caller's own code that the current call comes from, also over `await`: `src/catalog.ts:12:20`. */
export function callSite(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = depth
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  for (const line of stack.split('\n')) {
    const found = line.startsWith('    at ') ? place.exec(line)?.[1] : undefined
    if (found !== undefined && !foreign.test(found)) return readable(found)
  }
  return undefined
}

function readable(found: string): string {
  const path = found.startsWith('file:') ? fileURLToPath(found) : found
  const shorter = relative(process.cwd(), path)
  return shorter.startsWith(`..${sep}`) ? path : shorter
}
