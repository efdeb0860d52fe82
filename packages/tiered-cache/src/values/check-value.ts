/** How deep a value may nest. A value that contains itself is found out by it. */
const maxDepth = 200

/** What is true of a value that may be cached. */
export interface Traits {
  /** Nothing in it needs more than JSON. */
  readonly isPlain: boolean
  /** Something in it cannot be frozen: a Date, Map, Set, buffer or typed array. */
  readonly isMutable: boolean
  /** About how many bytes it takes when encoded. */
  readonly bytes: number
}

/**
 * Checks that a value comes back the same from every tier, and freezes its objects and arrays in depth if told to.
 *
 * Taken are `null`, booleans, numbers, strings, BigInt, arrays without holes, objects made by `{}` with members of these
 * kinds or `undefined`, Date, Map, Set, Buffer, ArrayBuffer, DataView and typed arrays. Nothing is frozen when anything is
 * refused.
 *
 * @param label - What errors call the value.
 * @throws TypeError that names the place of the first thing that would be lost or changed.
 */
export function checkValue(value: unknown, label: string, freezes: boolean): Traits {
  const check = new ValueCheck(label)
  check.visit(value, 0)
  if (freezes) for (const object of check.freezable) Object.freeze(object)
  return check
}

class ValueCheck implements Traits {
  isPlain = true
  isMutable = false
  bytes = 0
  /** The objects and arrays met. */
  readonly freezable: object[] = []
  readonly #label: string
  /** Where the walk stands. */
  readonly #path: (string | number)[] = []

  constructor(label: string) {
    this.#label = label
  }

  visit(value: unknown, depth: number): void {
    if (typeof value === 'object') {
      this.bytes += 8
      if (value !== null) this.#visitObject(value, depth)
      return
    }
    const bytes = bytesOf(value)
    if (bytes === undefined) throw this.#refusal(`of type ${typeof value}`)
    this.bytes += bytes
    if (typeof value === 'bigint') this.isPlain = false
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) this.isPlain = false
  }

  #visitObject(value: object, depth: number): void {
    if (depth >= maxDepth) throw this.#refusal(`nested deeper than ${maxDepth} levels or contains itself`)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#visitMembers(value as Record<string, unknown>, depth)
    if (prototype === Array.prototype && Array.isArray(value)) return this.#visitArray(value, depth)
    this.isPlain = false
    this.isMutable = true
    if (prototype === Map.prototype) return this.#visitPairs(value as Map<unknown, unknown>, depth)
    if (prototype === Set.prototype) return this.#visitSet(value as Set<unknown>, depth)
    if (!isLeaf(value, prototype)) throw this.#refusal(kindOf(value))
    if (value instanceof Date) this.#refuseOwnMembers(value)
    this.bytes += value instanceof Date ? 30 : (value as ArrayBuffer).byteLength
  }

  #visitMembers(value: Record<string, unknown>, depth: number): void {
    this.freezable.push(value)
    const names = Object.keys(value)
    if (Reflect.ownKeys(value).length !== names.length) throw this.#refusal('an object with hidden members')
    for (const name of names) {
      if (name === '__proto__') throw this.#refusal("an object with a member '__proto__'")
      const member = Object.getOwnPropertyDescriptor(value, name)
      if (!member || !('value' in member)) throw this.#refusal(`an object with an accessor '${name}'`)
      this.bytes += name.length + 4
      if (member.value === undefined) this.isPlain = false
      else this.#visitAt(name, member.value, depth)
    }
  }

  #visitArray(value: readonly unknown[], depth: number): void {
    this.freezable.push(value)
    // An array's length is the one hidden member allowed.
    if (Reflect.ownKeys(value).length !== value.length + 1)
      throw this.#refusal('an array with holes or members of its own')
    for (let index = 0; index < value.length; index++) {
      if (!Object.hasOwn(value, index)) throw this.#refusal('an array with holes')
      if (value[index] === undefined) this.isPlain = false
      else this.#visitAt(index, value[index], depth)
    }
  }

  #visitPairs(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.#refuseOwnMembers(value)
    let index = 0
    for (const [key, member] of value) {
      if (key !== undefined) this.#visitAt(`key ${index}`, key, depth)
      if (member !== undefined) this.#visitAt(index, member, depth)
      index++
    }
  }

  #visitSet(value: ReadonlySet<unknown>, depth: number): void {
    this.#refuseOwnMembers(value)
    let index = 0
    for (const member of value) if (member !== undefined) this.#visitAt(index++, member, depth)
  }

  #refuseOwnMembers(value: object): void {
    if (Reflect.ownKeys(value).length > 0) throw this.#refusal(`${kindOf(value)} with members of its own`)
  }

  #visitAt(name: string | number, value: unknown, depth: number): void {
    this.#path.push(name)
    this.visit(value, depth + 1)
    this.#path.pop()
  }

  #refusal(got: string): TypeError {
    const place = this.#path.map((name) => (typeof name === 'number' ? `[${name}]` : `.${name}`)).join('')
    return new TypeError(
      `Cannot cache ${this.#label} as 'value${place}' must be data that comes back the same: current value is ${got}`,
    )
  }
}

/** About how many bytes a primitive takes, or `undefined` for one that is not taken. */
function bytesOf(value: unknown): number | undefined {
  if (typeof value === 'string') return value.length + 3
  if (typeof value === 'number') return 8
  if (typeof value === 'boolean') return 5
  return typeof value === 'bigint' ? 16 : undefined
}

/** Dates and binary data of the built-in classes themselves, not of a class made from them, and not shared memory. */
function isLeaf(value: object, prototype: unknown): boolean {
  if (prototype === Date.prototype || prototype === Buffer.prototype) return true
  if (prototype === ArrayBuffer.prototype || prototype === DataView.prototype) return true
  return ArrayBuffer.isView(value) && typedArrays.some((one) => prototype === one.prototype)
}

/** The typed arrays that are kept, by name. */
export const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const

function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return 'an object without a prototype'
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class'
}
