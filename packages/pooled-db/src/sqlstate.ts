/** The connection is lost, the server ends it, or it no longer leads to a server that takes writes (after a failover). */
const unusable = /^(?:08...|57P0[123]|25006)$/

/** A wrong login, an unknown database, no right to connect, a start-up parameter that the server does not take. */
const refused = /^(?:28|3D|42|22)...$/

/** Whether a connection must not be used again after this error. */
export function isFatal(error: Error): boolean {
  return unusable.test(codeOf(error) ?? '')
}

/** Whether another attempt to connect would fail in the same way. Everything else is taken for an outage that passes. */
export function isDefinite(error: Error): boolean {
  // pg checks the password exchange itself, and its errors have no code: a password that is missing, for one.
  return refused.test(codeOf(error) ?? '') || error.message.startsWith('SASL')
}

/** The error's code, where it has one: an SQLSTATE or a name such as `ECONNRESET`. */
export function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
