import type { Exchange, Guard, Reply } from '@seawall/guard'
import fresh from 'fresh'
import Negotiator from 'negotiator'
import parseRange from 'range-parser'
import { problem } from '../route.ts'
import type { Assets, LoadedAsset, Representation } from './load-assets.ts'

/** Under which path the files are. */
export const assetsPath = '/assets/'

/**
 * Serves built files on every framework alike: compressed as the client likes best, for ever cacheable since a changed file
 * has another name, with ranges and conditional requests (RFC 9110 §13, §14). Only what was built is there; a path outside
 * the manifest, with dots or without, goes on to the application and its 404.
 */
export function staticFiles({ files }: Assets): Guard {
  return {
    name: 'static-files',
    onRequest(exchange) {
      if (!exchange.path.startsWith(assetsPath)) return undefined
      const asset = files.get(exchange.path.slice(assetsPath.length))
      if (asset === undefined) return undefined
      if (exchange.method === 'GET' || exchange.method === 'HEAD') return answer(exchange, asset)
      const refusal = problem(405, 'Method Not Allowed')
      return { ...refusal, headers: { ...refusal.headers, allow: 'GET, HEAD' } }
    },
  }
}

function answer(exchange: Exchange, asset: LoadedAsset): Reply {
  const chosen = choose(exchange, asset)
  const headers = headersOf(asset, chosen)
  const asked = {
    'if-none-match': exchange.header('if-none-match'),
    'cache-control': exchange.header('cache-control'),
  }
  if (fresh(asked, headers)) return { status: 304, headers }
  const { bytes } = chosen
  // Hono drops the body of an answer to HEAD before it knows its length
  const whole = { status: 200, headers: { ...headers, 'content-length': String(bytes.length) }, body: bytes }
  return partOf(exchange, chosen, headers) ?? whole
}

/** The smallest that the client takes. Who takes none of them gets the file as it is (RFC 9110 §12.5.3). */
function choose(exchange: Exchange, { representations }: LoadedAsset): Representation {
  const headers = { 'accept-encoding': exchange.header('accept-encoding') ?? 'identity' }
  const accepted = new Negotiator({ headers }).encodings(representations.map(({ coding }) => coding))
  return (representations.find(({ coding }) => accepted.includes(coding)) ?? representations.at(-1)) as Representation
}

function headersOf({ type, representations }: LoadedAsset, { coding, etag }: Representation): Record<string, string> {
  return {
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    etag,
    'accept-ranges': 'bytes',
    ...(representations.length > 1 && { vary: 'accept-encoding' }),
    ...(coding !== 'identity' && { 'content-encoding': coding }),
  }
}

/** One range of a GET; several, or words that are none, get the whole. */
function partOf(exchange: Exchange, { bytes, etag }: Representation, headers: Record<string, string>) {
  const range = exchange.header('range')
  const condition = exchange.header('if-range')
  if (exchange.method !== 'GET' || range === undefined || (condition !== undefined && condition !== etag))
    return undefined
  const ranges = parseRange(bytes.length, range)
  if (ranges === -1)
    return { status: 416, headers: { ...problem(416, '').headers, 'content-range': `bytes */${bytes.length}` } }
  const [only, ...more] = typeof ranges === 'number' || ranges.type !== 'bytes' ? [] : ranges
  if (only === undefined || more.length > 0) return undefined
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${only.start}-${only.end}/${bytes.length}` },
    body: bytes.subarray(only.start, only.end + 1),
  }
}
