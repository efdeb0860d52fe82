/** An attribute of a cookie. */
export interface CookieAttribute {
  /** Its name in lower case. */
  readonly name: string
  /** Its value; empty when it has none. */
  readonly value: string
  /** Where it begins in the line: at its semicolon. */
  readonly start: number
  /** Where it ends. */
  readonly end: number
}

/** A Set-Cookie line, taken apart as browsers do. */
export interface SetCookie {
  /** The cookie's name; empty when it has none. */
  readonly name: string
  /** The cookie's value. */
  readonly value: string
  /** Where name and value end in the line. */
  readonly end: number
  /** What browsers heed of the rest, in order. */
  readonly attributes: readonly CookieAttribute[]
}

/** Browsers ignore an attribute whose value is longer, in bytes. */
const maxAttributeValue = 1024

/**
 * Takes a line apart in one pass, by the browsers' algorithm rather than by the grammar for servers (RFC 6265bis §5.6):
 * quotes mean nothing, of several attributes with one name all are kept, and a line without `=` is a value without a name.
 */
export function parseSetCookie(line: string): SetCookie {
  const end = endOf(line, 0)
  const [name = '', value] = split(line.slice(0, end))
  const attributes: CookieAttribute[] = []
  for (let start = end; start < line.length;) {
    const next = endOf(line, start + 1)
    const attribute = parseAttribute(line.slice(start + 1, next))
    if (attribute.value.length <= maxAttributeValue) attributes.push({ ...attribute, start, end: next })
    start = next
  }
  return { name, value, end, attributes }
}

function endOf(line: string, from: number): number {
  const semicolon = line.indexOf(';', from)
  return semicolon === -1 ? line.length : semicolon
}

function parseAttribute(text: string): { name: string; value: string } {
  const [before, after] = split(text)
  return before === undefined ? { name: after.toLowerCase(), value: '' } : { name: before.toLowerCase(), value: after }
}

/** What stands before and after the first `=`; without one there is nothing before. */
function split(text: string): [before: string | undefined, after: string] {
  const equals = text.indexOf('=')
  return equals === -1 ? [undefined, trim(text)] : [trim(text.slice(0, equals)), trim(text.slice(equals + 1))]
}

/** Without the spaces and tabs around it; other white space belongs to the text. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text, start)) start++
  while (end > start && isBlank(text, end - 1)) end--
  return text.slice(start, end)
}

function isBlank(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t'
}
