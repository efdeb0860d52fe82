import { ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { Departing, GuardedResponse, ResponseMethods, WrittenHead } from './departing.ts'
import type { HeaderValue } from './guard.ts'
import { toBlock, toLines } from './header-block.ts'
import { removeHeaders } from './node-head.ts'
import type { Stack } from './stack.ts'

/** A response whose head Node keeps as text from `writeHead` to the first byte of the body. */
interface WithHeadText {
  _header: string | null
  _headerSent: boolean
}

const nodeWriteHead = (ServerResponse.prototype as unknown as ResponseMethods).writeHead

/** Whether this Node keeps the head where we know it to; otherwise headers go through its own methods. */
const keepsText = probe()

/**
 * Lays what guards want, as text that was checked when they gave it, behind the head that Node has written: Node would
 * check, lower-case and copy each header again for each response, which costs several times as much as all else here.
 *
 * @returns Whether the head has been written. Not where somebody wraps the response below us, where one name is given
 *   twice, or where Node must see a header itself: those heads are merged.
 */
export function sendBlock(exchange: Departing, { status, reason, headers }: WrittenHead): boolean {
  if (!keepsText || exchange.writeHead !== nodeWriteHead || Array.isArray(headers)) return false
  const { stack, fields, response } = exchange
  if (isClaimed(exchange, headers as OutgoingHttpHeaders | undefined)) return false
  const block = fields === undefined ? stack.block : blockWith(stack, fields)
  if (block === undefined) return false
  removeHeaders(response, stack.remove)
  handOnSafely(exchange, status, reason, headers)
  const written = response as unknown as WithHeadText
  written._header = `${(written._header as string).slice(0, -2)}${block}\r\n`
  return true
}

/** A head that Node refuses has not left: whoever answers instead must find the response as it was. */
function handOnSafely(exchange: Departing, status: number, reason: string | undefined, headers: unknown): void {
  try {
    if (reason === undefined) nodeWriteHead.call(exchange.response, status, headers)
    else nodeWriteHead.call(exchange.response, status, reason, headers)
    exchange.left = true
  } catch (error) {
    Reflect.deleteProperty(exchange.response, 'headersSent')
    throw error
  }
}

/** Whether the handler gives a name that guards give, or want removed from what it writes by hand. */
function isClaimed({ stack, fields, response }: Departing, headers: OutgoingHttpHeaders | undefined): boolean {
  for (const name in headers) {
    const lower = name.toLowerCase()
    if (stack.names.has(lower) || stack.remove.has(lower) || holds(fields, lower)) return true
  }
  for (const name of response.getHeaderNames()) if (stack.names.has(name) || holds(fields, name)) return true
  return false
}

function holds(fields: readonly HeaderValue[] | undefined, name: string): boolean {
  if (fields === undefined) return false
  for (let index = 0; index < fields.length; index += 2) if (fields[index] === name) return true
  return false
}

/** What was set, and the constants that it does not replace. */
function blockWith(stack: Stack, fields: readonly HeaderValue[]): string | undefined {
  const { lastBlock } = stack
  if (lastBlock !== undefined && isSame(lastBlock.fields, fields)) return lastBlock.text
  const block = toBlock(fields)
  if (block === undefined || stack.block === undefined) return undefined
  let isReplaced = false
  for (let index = 0; index < fields.length; index += 2) isReplaced ||= stack.names.has(fields[index] as string)
  const text = block + (isReplaced ? constantsBut(stack, fields) : stack.block)
  stack.lastBlock = { fields, text }
  return text
}

/** Text for text: an array may have been changed since. */
function isSame(some: readonly HeaderValue[], others: readonly HeaderValue[]): boolean {
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index++)
    if (typeof some[index] !== 'string' || some[index] !== others[index]) return false
  return true
}

function constantsBut({ constants }: Stack, fields: readonly HeaderValue[]): string {
  let block = ''
  for (let index = 0; index < constants.length; index += 2) {
    const name = constants[index] as string
    if (!holds(fields, name)) block += toLines(name, constants[index + 1] as string)
  }
  return block
}

function probe(): boolean {
  const request = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as IncomingMessage
  const response = new ServerResponse(request) as unknown as GuardedResponse & WithHeadText
  nodeWriteHead.call(response, 200, { probe: '1' })
  return (
    typeof response._header === 'string' &&
    /^HTTP\/1\.1 200 OK\r\nprobe: 1\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(response._header) &&
    response._headerSent === false
  )
}
