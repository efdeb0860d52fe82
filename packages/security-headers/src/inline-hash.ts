import { createHash } from 'node:crypto'

/** The digests that browsers take for inline code and for `integrity`. */
export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512'

/** Every algorithm. */
const hashAlgorithms: readonly HashAlgorithm[] = ['sha256', 'sha384', 'sha512']

/**
 * The source by which a policy allows one inline script or style, for pages that caches may store and a nonce could not
 * go with.
 *
 * @param text - All that stands between the tags, white space too. Line ends count as browsers read them, as `\n`.
 * @returns The source in its quotes, for `scriptSrc` or `styleSrc`.
 * @throws TypeError when `text` is no text or `algorithm` is none of the three.
 * @example
 * ```ts
 * import { inlineHash, securityHeaders } from '@seawall/security-headers'
 *
 * const script = `document.title = 'hello'`
 * securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'", inlineHash(script)] } } })
 * const page = `<script>${script}</script>`
 * ```
 */
export function inlineHash(text: string, algorithm: HashAlgorithm = 'sha256'): `'${HashAlgorithm}-${string}'` {
  if (typeof text !== 'string')
    throw new TypeError(`Cannot hash inline code as 'text' must be a string: current value is ${typeof text}`)
  checkAlgorithm('hash inline code', algorithm)
  // the parser of HTML does so before anything else sees the text (HTML §13.2.3.5)
  const parsed = text.replace(/\r\n?/g, '\n')
  return `'${algorithm}-${createHash(algorithm).update(parsed, 'utf8').digest('base64')}'`
}

/**
 * Refuses what browsers do not take.
 *
 * @throws TypeError for any other algorithm.
 */
export function checkAlgorithm(action: string, algorithm: HashAlgorithm): void {
  if (hashAlgorithms.includes(algorithm)) return
  throw new TypeError(
    `Cannot ${action} as 'algorithm' must be one of ${hashAlgorithms.join(', ')}: current value is ${String(algorithm)}`,
  )
}
