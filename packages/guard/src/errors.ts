/** A header was set on a response whose head has left already. */
export class HeadSentError extends Error {
  /** The name of the class. */
  override readonly name = 'HeadSentError'
  /** A code that stays. */
  readonly code = 'ERR_HEAD_SENT'
  /** The header that came too late. */
  readonly header: string

  constructor(header: string) {
    super(
      `Cannot set header '${header}' as the head of the response has left: set it before the first byte of the body`,
    )
    this.header = header
  }
}
