/** What one proxy says of the peer it heard from (RFC 7239 §4). */
export interface Hop {
  /** `for`: the peer's address with or without port, `unknown`, or an obfuscated name. */
  readonly address: string | undefined
  /** `proto`: the scheme that the peer spoke. */
  readonly scheme: string | undefined
  /** `host`: the host that the peer asked for. */
  readonly host: string | undefined
}

const pair = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z:[\]]+)|"((?:[^"\\]|\\.)*)")$/

/**
 * The elements of a `Forwarded` field, from left to right. An element that breaks the grammar, or names a parameter
 * twice, is `undefined`.
 */
export function parseForwarded(field: string): (Hop | undefined)[] {
  return splitOutsideQuotes(field, ',').map(parseElement)
}

function parseElement(element: string): Hop | undefined {
  const parameters = new Map<string, string>()
  for (const part of splitOutsideQuotes(element, ';')) {
    if (part === '') continue
    const match = pair.exec(part)
    const name = match?.[1]?.toLowerCase()
    const value = match?.[2] ?? match?.[3]?.replace(/\\(.)/g, '$1')
    if (name === undefined || value === undefined || parameters.has(name)) return undefined
    parameters.set(name, value)
  }
  return { address: parameters.get('for'), scheme: parameters.get('proto'), host: parameters.get('host') }
}

/** From the right, where our own proxies write: a quote that the client has left open must not swallow their words. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let end = text.length
  let quoted = false
  for (let index = end - 1; index >= 0; index--) {
    const character = text[index]
    if (character === '"' && !(quoted && isEscaped(text, index))) quoted = !quoted
    if (character !== separator || quoted) continue
    parts.push(text.slice(index + 1, end).trim())
    end = index
  }
  parts.push(text.slice(0, end).trim())
  return parts.toReversed()
}

/** An odd number of backslashes stands before a character. */
function isEscaped(text: string, at: number): boolean {
  let index = at
  while (text[index - 1] === '\\') index--
  return (at - index) % 2 === 1
}
