import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** What compresses, and the letter that tells it in an entry. */
export type Compression = 'zstd' | 'brotli'

/** Whether this Node has zstd: 22.15 and later do. */
export const hasZstd = 'zstdCompress' in zlib

const brotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }

/** The bytes compressed, on a thread of the pool. */
export async function compress(bytes: Uint8Array, by: Compression): Promise<Uint8Array> {
  return by === 'zstd' ? promisify(zlib.zstdCompress)(bytes) : promisify(zlib.brotliCompress)(bytes, brotliOptions)
}

/**
 * The bytes as they were, on a thread of the pool.
 *
 * @throws Error when they would be longer than `maxBytes`, are broken, or this Node cannot read them.
 */
export async function decompress(bytes: Uint8Array, by: Compression, maxBytes: number): Promise<Uint8Array> {
  const limit = { maxOutputLength: maxBytes }
  return by === 'zstd' ? promisify(zlib.zstdDecompress)(bytes, limit) : promisify(zlib.brotliDecompress)(bytes, limit)
}
