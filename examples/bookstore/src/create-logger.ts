import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ErrorMessage, ReplyMessage } from '@seawall/guard'
import { pino, type Logger } from 'pino'
import type { Settings } from './settings.ts'

/** A JSON logger that never writes what identifies a session or a database. */
export function createLogger({ logLevel, environment }: Settings): Logger {
  return pino({
    level: logLevel,
    base: { service: 'bookstore', environment },
    redact: ['*.password', '*.cookie', '*.authorization', '*.connectionString'],
    serializers: { err: plainError },
  })
}

/** What clients hang on their errors holds secrets: ioredis the password it sent, pg the values of a row. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { type, message, stack, ['code']: code } = pino.stdSerializers.err(error)
  return { type, message, stack, code: code as unknown }
}

/** Logs what guards refuse and where they fail. Returns what ends it. */
export function logGuards(logger: Logger): () => void {
  const refused = (message: unknown): void => {
    const reply = message as ReplyMessage
    if (reply.status >= 400) logger.warn(reply, 'refused')
  }
  const failed = (message: unknown): void => {
    const { error, guard, moment } = message as ErrorMessage
    logger.error({ err: error, guard, moment }, 'failed')
  }
  subscribe('seawall:guard:reply', refused)
  subscribe('seawall:guard:error', failed)
  return () => {
    unsubscribe('seawall:guard:reply', refused)
    unsubscribe('seawall:guard:error', failed)
  }
}
