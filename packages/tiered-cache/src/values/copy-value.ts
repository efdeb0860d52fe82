/** A copy of a checked value that shares nothing that can be changed with it. The copies of frozen objects are frozen. */
export function copyValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return keepFrozen(value, value.map(copyValue))
  if (value instanceof Map) return new Map(Array.from(value, ([key, member]) => [copyValue(key), copyValue(member)]))
  if (value instanceof Set) return new Set(Array.from(value, copyValue))
  if (value instanceof Date) return new Date(value)
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (ArrayBuffer.isView(value)) return copyView(value)
  return keepFrozen(value, copyMembers(value as Record<string, unknown>))
}

function copyMembers(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) copy[name] = copyValue(value[name])
  return copy
}

function copyView(view: ArrayBufferView): unknown {
  if (view instanceof DataView)
    return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
  return (view as Uint8Array).slice()
}

function keepFrozen<T>(original: object, copy: T): T {
  return Object.isFrozen(original) ? Object.freeze(copy) : copy
}
