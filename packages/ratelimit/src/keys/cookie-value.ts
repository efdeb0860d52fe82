/**
 * The value of a cookie (RFC 6265 §4.2.1), percent-decoded as most frameworks do, or one session would have many spellings; an
 * array, which is no identity, when it is given twice.
 */
export function cookieValue(header: string | undefined, name: string): string | readonly string[] | undefined {
  if (header === undefined) return undefined
  const values: string[] = []
  for (const pair of header.split(';')) {
    const middle = pair.indexOf('=')
    if (middle !== -1 && pair.slice(0, middle).trim() === name)
      values.push(decode(unquote(pair.slice(middle + 1).trim())))
  }
  return values.length > 1 ? values : values[0]
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/** What is not encoded in earnest stays as it is. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
