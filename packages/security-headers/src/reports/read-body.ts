import { Readable } from 'node:stream'

/** How much may come, and how long it may take. */
export interface BodyLimits {
  readonly maxBytes: number
  readonly bodyTimeoutMs: number
}

/** Why a body could not be read. */
export type Unread = 'too long' | 'too slow' | 'cut off'

type Body = Uint8Array | Unread

/**
 * Reads a request's body, unless somebody has begun to.
 *
 * @param raw - The framework's own object, with Node's request or a web `Request` somewhere in it.
 * @returns The body, or why there is none; `undefined` when somebody else has read it.
 */
export function readBody(raw: unknown, limits: BodyLimits): Promise<Body> | undefined {
  const request = requestOf(raw)
  if (!(request instanceof Readable))
    return request === undefined || request.bodyUsed ? undefined : readWeb(request, limits)
  if (request.readableAborted) return Promise.resolve('cut off')
  return request.readableDidRead ? undefined : readStream(request, limits)
}

/** Whether the rest of a body would come on a connection that nothing else can be said on, as it does in HTTP/1. */
export function blocksConnection(raw: unknown): boolean {
  return (requestOf(raw) as { readonly httpVersionMajor?: number } | undefined)?.httpVersionMajor === 1
}

interface Holder {
  readonly env?: { readonly incoming?: unknown }
  readonly raw?: unknown
  readonly req?: Holder
}

/** In the order in which no framework is taken for another: Hono on Node, Fastify, Koa, Hono elsewhere, Node and Express. */
function requestOf(raw: unknown): Readable | Request | undefined {
  const holder = raw as Holder
  const candidates = [holder.env?.incoming, holder.raw, holder.req, holder.req?.raw, holder]
  return candidates.find(
    (one) => one instanceof Readable || (typeof Request === 'function' && one instanceof Request),
  ) as Readable | Request | undefined
}

function readStream(stream: Readable, { maxBytes, bodyTimeoutMs }: BodyLimits): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const timer = setTimeout(() => settle('too slow'), bodyTimeoutMs)
    timer.unref()
    const take = (chunk: Uint8Array): void => {
      length += chunk.byteLength
      if (length > maxBytes) settle('too long')
      else chunks.push(chunk)
    }
    const end = (): void => settle(Buffer.concat(chunks))
    const cut = (): void => settle('cut off')
    const settle = (body: Body): void => {
      clearTimeout(timer)
      // what still comes flows on into nothing, and `error` keeps its listener: a reset must not end the process
      stream.off('data', take).off('end', end).off('close', cut)
      resolve(body)
    }
    stream.on('data', take).on('end', end).on('close', cut).on('error', cut)
  })
}

async function readWeb(request: Request, { maxBytes, bodyTimeoutMs }: BodyLimits): Promise<Body> {
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'too slow'>((resolve) => {
    timer = setTimeout(() => resolve('too slow'), bodyTimeoutMs)
    timer.unref?.()
  })
  try {
    return await Promise.race([late, drain(reader, maxBytes)])
  } catch {
    return 'cut off'
  } finally {
    clearTimeout(timer)
    reader.cancel().catch(() => undefined)
  }
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Body> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    length += value.byteLength
    if (length > maxBytes) return 'too long'
    chunks.push(value)
  }
}
