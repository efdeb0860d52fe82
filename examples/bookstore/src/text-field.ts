/** A field of a form or a JSON body, where it is a text of 1 to 1,000 characters that PostgreSQL can keep: without NUL. */
export function textField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  const value: unknown = (body as Readonly<Record<string, unknown>>)[name]
  if (typeof value !== 'string' || value.includes('\0')) return undefined
  return value.length >= 1 && value.length <= 1000 ? value : undefined
}
