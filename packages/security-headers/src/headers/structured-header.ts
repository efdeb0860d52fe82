/** A header that is a structured field (RFC 9651), ready to send. */
export interface StructuredHeader {
  /** Its name in lower case. */
  readonly name: string
  /** Its value. */
  readonly value: string
  /** The names of the endpoints that it wants reports at. */
  readonly endpoints: readonly string[]
}
