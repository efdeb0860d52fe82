/** The directives of a `Cache-Control` field by lower-case name. A name given twice keeps the first value. */
export function parseDirectives(field: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>()
  for (const part of field.split(',')) {
    const [name = '', ...value] = part.split('=')
    const key = name.trim().toLowerCase()
    if (key !== '' && !directives.has(key)) directives.set(key, value.join('=').trim().replaceAll('"', ''))
  }
  return directives
}
