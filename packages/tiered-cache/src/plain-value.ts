import type { PlainValue } from './tier.ts'

/** How deep a value may nest. A value that contains itself is found out by it. */
const maxDepth = 200

/**
 * Takes a value into the cache: checks that it is plain JSON data, so that it comes back the same from every tier, and
 * freezes it in depth, so that no caller can change what others get.
 *
 * Plain are `null`, booleans, strings, finite numbers, arrays without holes, and objects made by `{}` whose members are
 * plain. Nothing is frozen when anything is refused. `-0` is taken, and is `0` once it has been through JSON.
 *
 * @param label - What errors call the value.
 * @throws TypeError that names the place of the first thing that JSON would lose or change.
 */
export function toPlainValue(value: unknown, label: string): PlainValue {
  checkPlain(value, 'value', label, 0)
  freezeDeep(value)
  return new Plain(value)
}

/**
 * Reads JSON text that came from a shared tier, with the same checks.
 *
 * @throws SyntaxError or TypeError when it is not what `json()` writes.
 */
export function parsePlainValue(text: string): PlainValue {
  const value: unknown = JSON.parse(text)
  checkPlain(value, 'value', 'stored text', 0)
  freezeDeep(value)
  return new Plain(value, text)
}

class Plain implements PlainValue {
  readonly value: unknown
  /** The JSON text, once somebody needed it. */
  #text: string | undefined

  constructor(value: unknown, text?: string) {
    this.value = value
    this.#text = text
  }

  json(): string {
    this.#text ??= JSON.stringify(this.value)
    return this.#text
  }
}

function checkPlain(value: unknown, path: string, label: string, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return
  const refuse = (got: string) =>
    new TypeError(`Cannot cache ${label} as '${path}' must be plain JSON data: current value is ${got}`)
  if (typeof value !== 'object') throw refuse(typeof value === 'number' ? String(value) : `of type ${typeof value}`)
  if (depth >= maxDepth) throw refuse(`nested deeper than ${maxDepth} levels or contains itself`)
  const isArray = Array.isArray(value)
  if (Object.getPrototypeOf(value) !== (isArray ? Array.prototype : Object.prototype)) throw refuse(kindOf(value))
  const names = Object.keys(value)
  if (isArray && !isDense(value, names)) throw refuse('an array with holes or members of its own')
  // An array's length is the one hidden member allowed.
  if (Reflect.ownKeys(value).length !== names.length + (isArray ? 1 : 0)) throw refuse('an object with hidden members')
  for (const name of names) {
    const place = isArray ? `${path}[${name}]` : `${path}.${name}`
    if (name === '__proto__') throw refuse("an object with a member '__proto__'")
    const member = Object.getOwnPropertyDescriptor(value, name)
    if (!member || !('value' in member)) throw refuse(`an object with an accessor '${name}'`)
    checkPlain(member.value, place, label, depth + 1)
  }
}

function isDense(array: readonly unknown[], names: readonly string[]): boolean {
  // Indexes come first and in order: when the last name is the last index, all of them are there and nothing else is.
  const last = array.length - 1
  return names.length === array.length && (last < 0 || names[last] === String(last))
}

function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return 'an object without a prototype'
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class'
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const member of Object.values(value)) freezeDeep(member)
  Object.freeze(value)
}
