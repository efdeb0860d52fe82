/** What went wrong, in words for who typed the command. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  /** A code that stays. */
  readonly code: 'ERR_CREATE_ARGUMENTS' | 'ERR_CREATE_FOLDER' | 'ERR_CREATE_NAME'

  constructor(code: CreateError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
