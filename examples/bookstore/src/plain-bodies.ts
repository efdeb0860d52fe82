import type { Guard } from '@seawall/guard'
import { problem } from './route.ts'

/**
 * Refuses bodies that are compressed, or in another charset than UTF-8, with 415. Frameworks differ in what they make of
 * them, from inflating to reading them as something else.
 */
export const plainBodies: Guard = {
  name: 'plain-bodies',
  onRequest(exchange) {
    const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(exchange.header('content-type') ?? '')?.[1] ?? 'utf-8'
    const coding = exchange.header('content-encoding') ?? 'identity'
    if (/^utf-?8$/i.test(charset) && /^identity$/i.test(coding)) return undefined
    return problem(415, 'Unsupported Media Type')
  },
}
