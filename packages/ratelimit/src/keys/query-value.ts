/** The value of a query parameter; an array, which is no identity, when it is given twice. */
export function queryValue(url: string, name: string): string | readonly string[] | undefined {
  const start = url.indexOf('?')
  if (start === -1) return undefined
  const end = url.indexOf('#', start)
  const values = new URLSearchParams(url.slice(start + 1, end === -1 ? undefined : end)).getAll(name)
  return values.length > 1 ? values : values[0]
}
