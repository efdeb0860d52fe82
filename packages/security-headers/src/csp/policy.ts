/** One Content-Security-Policy, compiled: what is left to a request is to put its nonce in. */
export interface Policy {
  /** The header, in lower case. */
  readonly header: string
  /** The value for a response whose nonce nobody read. */
  readonly plain: string
  /** The text between the nonces; a single piece when the policy holds none. */
  readonly pieces: readonly string[]
}

/** Stands in helmet's text where a nonce is to stand. No browser would take its braces for a nonce. */
export const nonceSlot = `'nonce-{}'`

/** Compiles helmet's text. */
export function compilePolicy(header: string, text: string): Policy {
  return { header, plain: text.split(';').map(withoutNonce).join(';'), pieces: text.split(nonceSlot) }
}

/** Whether responses under this policy can carry a nonce. */
export function hasNonce(policy: Policy): boolean {
  return policy.pieces.length > 1
}

/** The value for a response whose nonce was read. */
export function withNonce({ pieces }: Policy, value: string): string {
  const source = `'nonce-${value}'`
  let text = pieces[0] ?? ''
  for (let index = 1; index < pieces.length; index++) text += source + pieces[index]
  return text
}

/** helmet's text without a directive. */
export function withoutDirective(text: string, name: string): string {
  return text
    .split(';')
    .filter((directive) => directive.split(' ')[0] !== name)
    .join(';')
}

/**
 * A nonce makes browsers ignore 'unsafe-inline' beside it (CSP level 3, §6.7.3.2). Without the nonce it would come into
 * force, and a page that uses no nonce would allow every inline script: so it leaves with the nonce.
 */
function withoutNonce(directive: string): string {
  if (!directive.includes(nonceSlot)) return directive
  const [name, ...sources] = directive.split(' ')
  const kept = sources.filter((source) => source !== nonceSlot && source.toLowerCase() !== `'unsafe-inline'`)
  return `${name} ${kept.length > 0 ? kept.join(' ') : `'none'`}`
}
