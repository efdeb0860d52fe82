import type { HeaderValue } from './guard.ts'

const name = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const value = /^[\t -~\u0080-\u00ff]*$/

/** Whether a text can be a header's name, in lower case (RFC 9110 §5.1). */
export function isFieldName(text: unknown): text is string {
  return typeof text === 'string' && name.test(text)
}

/** Whether a text can be a header's value: no control characters, nothing beyond Latin-1 (RFC 9110 §5.5). */
export function isFieldValue(text: unknown): text is string {
  return typeof text === 'string' && value.test(text)
}

/** Whether a name and one or several values can be a header. */
export function isField(lowerName: unknown, content: unknown): boolean {
  return isFieldName(lowerName) && (Array.isArray(content) ? content.every(isFieldValue) : isFieldValue(content))
}

/** What was set under a name that can be one. */
interface Known {
  /** The value that was found right last: most guards set the same on every request. */
  value: string
}

const known = new Map<string, Known>()
/** How many names are remembered; a service that makes up names starts anew. */
const maxKnown = 256

/**
 * Refuses what cannot be a header.
 *
 * @throws TypeError naming the header, never its value.
 */
export function checkField(lowerName: string, content: HeaderValue): void {
  const before = typeof content === 'string' ? known.get(lowerName) : undefined
  if (before !== undefined && before.value === content) return
  if (!(before === undefined ? isField(lowerName, content) : isFieldValue(content)))
    throw new TypeError(
      `Cannot set header '${String(lowerName)}' as it must be a lower-case name with a value of visible characters`,
    )
  if (typeof content !== 'string') return
  if (before === undefined) remember(lowerName, content)
  else before.value = content
}

function remember(name: string, value: string): void {
  if (known.size >= maxKnown) known.clear()
  known.set(name, { value })
}
