import { typedArrays } from './check-value.ts'

/*
 * What JSON cannot say stands as `{ "$": type, "v": … }`. An object that has a member `$` of its own is wrapped the same
 * way, so nothing else can be taken for a type.
 */

/** The tree that JSON can say for a checked value. */
export function toTagged(value: unknown): unknown {
  if (value === undefined) return tagged('undefined', null)
  if (typeof value === 'bigint') return tagged('bigint', String(value))
  if (typeof value === 'number') return numberToTagged(value)
  return typeof value === 'object' && value !== null ? objectToTagged(value) : value
}

/**
 * The value of such a tree.
 *
 * @throws TypeError or RangeError for a tree that `toTagged` does not make.
 */
export function fromTagged(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.map(fromTagged)
  const { $: type, v: content } = tree as { readonly $?: unknown; readonly v?: unknown }
  return type === undefined ? mapMembers(tree, fromTagged) : revive(type, content)
}

function tagged(type: string, content: unknown): object {
  return { $: type, v: content }
}

function numberToTagged(value: number): unknown {
  if (Object.is(value, -0)) return tagged('number', '-0')
  return Number.isFinite(value) ? value : tagged('number', String(value))
}

function objectToTagged(value: object): unknown {
  if (Array.isArray(value)) return value.map(toTagged)
  if (value instanceof Date) return tagged('Date', value.getTime())
  if (value instanceof Map)
    return tagged(
      'Map',
      Array.from(value, (pair) => pair.map(toTagged)),
    )
  if (value instanceof Set) return tagged('Set', Array.from(value, toTagged))
  if (value instanceof ArrayBuffer) return tagged('ArrayBuffer', Buffer.from(value).toString('base64'))
  if (ArrayBuffer.isView(value)) return tagged(nameOf(value), base64Of(value))
  const members = mapMembers(value, toTagged)
  return Object.hasOwn(value, '$') ? tagged('Object', members) : members
}

function revive(type: unknown, content: unknown): unknown {
  switch (type) {
    case 'undefined':
      return undefined
    case 'bigint':
      return BigInt(text(content))
    case 'number':
      return Number(text(content))
    case 'Date':
      return new Date(content === null ? NaN : Number(content))
    case 'Map':
      return new Map(list(content).map((pair) => [fromTagged(list(pair)[0]), fromTagged(list(pair)[1])]))
    case 'Set':
      return new Set(list(content).map(fromTagged))
    case 'Object':
      return mapMembers(content as object, fromTagged)
    default:
      return reviveBytes(type, Buffer.from(text(content), 'base64'))
  }
}

function reviveBytes(type: unknown, bytes: Buffer): unknown {
  if (type === 'Buffer') return bytes
  const buffer = new Uint8Array(bytes).buffer
  if (type === 'ArrayBuffer') return buffer
  if (type === 'DataView') return new DataView(buffer)
  const Kind = typedArrays.find((one) => one.name === type)
  if (Kind === undefined) throw new TypeError('Cannot decode a value of an unknown type')
  return new Kind(buffer)
}

function mapMembers(value: object, map: (member: unknown) => unknown): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) members[name] = map(member)
  return members
}

function nameOf(view: ArrayBufferView): string {
  if (Buffer.isBuffer(view)) return 'Buffer'
  return view instanceof DataView ? 'DataView' : (view as Uint8Array)[Symbol.toStringTag]
}

function base64Of(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')
}

function text(content: unknown): string {
  if (typeof content !== 'string') throw new TypeError('Cannot decode a value whose content is not text')
  return content
}

function list(content: unknown): readonly unknown[] {
  if (!Array.isArray(content)) throw new TypeError('Cannot decode a value whose content is not a list')
  return content
}
