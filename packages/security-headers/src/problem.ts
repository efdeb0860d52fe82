import type { Reply } from '@seawall/guard'

/**
 * A reply with a problem document (RFC 9457), made once and sent to whoever deserves it: nothing of a request is in it.
 *
 * @param title - The status in words.
 * @param detail - What is wrong, for a person.
 */
export function problem(status: number, title: string, detail: string): Reply {
  return Object.freeze({
    status,
    headers: Object.freeze({ 'content-type': 'application/problem+json' }),
    body: JSON.stringify({ type: 'about:blank', title, status, detail }),
  })
}
