import type { Exchange } from '@seawall/guard'

const parsable = /^\s*(?:multipart\/form-data|application\/(?:x-www-form-urlencoded|(?:[^;\s]+\+)?json))(?=\s*(?:;|$))/i

/**
 * A field of the parsed form or JSON body.
 *
 * @throws Error when the body is not parsed although it could be: all its clients would share one counter.
 */
export function bodyValue(exchange: Exchange, name: string): unknown {
  const { body } = exchange
  const type = body === undefined ? parsableType(exchange) : undefined
  if (type !== undefined)
    throw new Error(
      `Cannot limit by 'post:${name}' as the body of the request is not parsed: mount this limit after a parser for ${type}, in Fastify as a preHandler`,
    )
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return (body as Record<string, unknown>)[name]
}

/** The type of the body, if there is one that a parser before this limit would have parsed. */
function parsableType(exchange: Exchange): string | undefined {
  const length = exchange.header('content-length')
  if ((length === undefined || Number(length) === 0) && exchange.header('transfer-encoding') === undefined)
    return undefined
  return parsable.exec(exchange.header('content-type') ?? '')?.[0].trim()
}
