/** Stands where the sender had a character that does not belong into text of one line. */
export const replacement = '\ufffd'

/** Text of one line: bounded, and without the characters that would forge a second line in a log. */
export function line(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, replacement)
}

/** An address without credentials, query and fragment. */
export function withoutQuery(address: string): string {
  return (address.split(/[?#]/, 1)[0] ?? '').replace(/(:\/\/)[^\s/]*@/, '$1')
}

/** Text in which no address has credentials, a query or a fragment. */
export function withoutQueries(text: string): string {
  return text.replace(/:\/\/\S*/g, withoutQuery)
}

/** A policy with its nonces taken out: they differ from one response to the next. */
export function withoutNonces(policy: string): string {
  return policy.replace(/'nonce-[^'\s]*'/g, "'nonce-'")
}
