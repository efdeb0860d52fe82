/** The connection is lost, or the server ends it: for its own reasons, or since it was idle for too long. */
const unusable = /^(?:08...|57P0[1235]|25P0[34]|ERR_CONNECTION_LOST)$/

/** A wrong login, an unknown database, no right to connect, a start-up parameter that the server does not take. */
const refused = /^(?:28|3D|42|22)...$/

/** Whether a connection must not be used again after this error. */
export function isFatal(error: Error): boolean {
  return unusable.test(codeOf(error) ?? '')
}

/** Whether a write was refused, as everything is read-only: the transaction, the session, or the server after a failover. */
export function isReadOnlyRefusal(error: Error): boolean {
  return codeOf(error) === '25006'
}

/** Whether another attempt to connect would fail in the same way. Everything else is taken for an outage that passes. */
export function isDefinite(error: Error): boolean {
  // pg checks the password exchange itself, and its errors have no code: a password that is missing, for one.
  return refused.test(codeOf(error) ?? '') || error.message.startsWith('SASL')
}

/** Whether the server does not know a prepared statement, or its columns are others than before. Nothing was executed then. */
export function isOutdated(error: Error): boolean {
  const code = codeOf(error)
  if (code === '26000' || code === '42P05') return true
  return code === '0A000' && 'routine' in error && error.routine === 'RevalidateCachedQuery'
}

/** The error's code, where it has one: an SQLSTATE or a name such as `ECONNRESET`. */
export function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
