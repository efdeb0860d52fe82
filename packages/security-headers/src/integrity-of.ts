import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { checkAlgorithm, type HashAlgorithm } from './inline-hash.ts'

/** A value of the attribute `integrity`. */
export type Integrity = `${HashAlgorithm}-${string}`

/**
 * The value of the attribute `integrity` for a file (Subresource Integrity): a browser runs it only if it is what it was.
 *
 * @param file - The path or `file:` URL of a file, which is read piece by piece, or the bytes themselves.
 * @throws TypeError when `file` is neither or `algorithm` is none of the three.
 * @throws Error of the file system when the file cannot be read.
 * @example
 * ```ts
 * import { integrityOf } from '@seawall/security-headers'
 *
 * const integrity = await integrityOf(new TextEncoder().encode(`document.title = 'hello'`))
 * const tag = `<script src="/hello.js" integrity="${integrity}"></script>`
 * ```
 */
export async function integrityOf(
  file: string | URL | Uint8Array,
  algorithm: HashAlgorithm = 'sha384',
): Promise<Integrity> {
  checkAlgorithm('make an integrity', algorithm)
  if (file instanceof Uint8Array) return digest(algorithm, [file])
  if (typeof file === 'string' || file instanceof URL) return digest(algorithm, createReadStream(file))
  throw new TypeError(
    `Cannot make an integrity as 'file' must be a path, a file: URL or bytes: current value is ${typeof file}`,
  )
}

async function digest(
  algorithm: HashAlgorithm,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Integrity> {
  const hash = createHash(algorithm)
  for await (const piece of pieces) hash.update(piece)
  return `${algorithm}-${hash.digest('base64')}`
}
