/**
 * Freezes the objects and arrays of a decoded value in depth.
 *
 * @returns Whether something in it cannot be frozen: a Date, Map, Set, buffer or typed array.
 */
export function freezeValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return freezeMembers(value, value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return freezeObject(value as Readonly<Record<string, unknown>>)
  if (value instanceof Map) freezeMembers(undefined, [...value.keys(), ...value.values()])
  if (value instanceof Set) freezeMembers(undefined, [...value])
  return true
}

function freezeObject(value: Readonly<Record<string, unknown>>): boolean {
  let isMutable = false
  for (const name in value) {
    const member = value[name]
    if (typeof member === 'object' && member !== null && freezeValue(member)) isMutable = true
  }
  Object.freeze(value)
  return isMutable
}

function freezeMembers(owner: object | undefined, members: readonly unknown[]): boolean {
  let isMutable = false
  for (let index = 0; index < members.length; index++) {
    const member = members[index]
    if (typeof member === 'object' && member !== null && freezeValue(member)) isMutable = true
  }
  if (owner !== undefined) Object.freeze(owner)
  return isMutable
}
