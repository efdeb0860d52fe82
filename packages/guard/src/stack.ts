import { nearest } from '@seawall/options'
import { isFieldName, isFieldValue } from './field.ts'
import type { Guard, HeaderValue } from './guard.ts'
import { toBlock } from './header-block.ts'

/** A guard that has the named moments. */
export type With<K extends keyof Guard> = Guard & Required<Pick<Guard, K>>

/** Guards sorted by moment, at creation, so that a request walks only the lists it needs. */
export class Stack {
  /** In the order of their mounting. */
  readonly guards: readonly Guard[]
  readonly request: readonly With<'onRequest'>[]
  readonly head: readonly With<'onHead'>[]
  readonly body: readonly With<'onBody'>[]
  readonly close: readonly With<'onClose'>[]
  /** Constant headers as `[name, value, name, value, …]`; of two guards that name one header the last wins. */
  readonly constants: readonly string[]
  /** The constants as lines of HTTP/1; `undefined` when Node must see one of them. */
  readonly block: string | undefined
  /** What guards set on the response before, and the block that it made: most set the same on every request. */
  lastBlock: { readonly fields: readonly HeaderValue[]; readonly text: string } | undefined
  /** The constants' names. */
  readonly names: ReadonlySet<string>
  /** Names of headers that must not leave. */
  readonly remove: ReadonlySet<string>
  /** Whether any guard has a say in the response's head. */
  readonly touchesHead: boolean
  /** What `with` has made, by the other stack: as many as there are mounts. */
  readonly #joined = new Map<Stack, Stack>()

  constructor(guards: readonly Guard[]) {
    this.guards = guards
    this.request = guards.filter((guard): guard is With<'onRequest'> => guard.onRequest !== undefined)
    this.head = guards.filter((guard): guard is With<'onHead'> => guard.onHead !== undefined)
    this.body = guards.filter((guard): guard is With<'onBody'> => guard.onBody !== undefined)
    this.close = guards.filter((guard): guard is With<'onClose'> => guard.onClose !== undefined)
    const constants: Record<string, string> = Object.assign({}, ...guards.map((guard) => guard.headers))
    this.constants = Object.entries(constants).flat()
    this.block = toBlock(this.constants)
    this.lastBlock = undefined
    this.names = new Set(Object.keys(constants))
    this.remove = new Set(guards.flatMap((guard) => guard.remove ?? []))
    this.touchesHead = this.constants.length + this.remove.size + this.head.length + this.body.length > 0
  }

  /** This stack with another's guards behind its own; a guard that stands in both keeps its place and stands once. */
  with(other: Stack): Stack {
    const known = this.#joined.get(other)
    if (known) return known
    const added = other.guards.filter((guard) => !this.guards.includes(guard))
    const joined = added.length === 0 ? this : new Stack([...this.guards, ...added])
    this.#joined.set(other, joined)
    return joined
  }
}

const moments = ['onRequest', 'onHead', 'onBody', 'onClose'] as const
const properties: readonly string[] = ['name', 'headers', 'remove', ...moments]

/**
 * Checks guards and sorts them.
 *
 * @throws TypeError when something is not a guard, or has a header that cannot be one.
 */
export function stackOf(guards: readonly Guard[]): Stack {
  if (!Array.isArray(guards))
    throw new TypeError(`Cannot mount guards as 'guards' must be an array of guards: current value is ${typeof guards}`)
  for (const guard of guards) checkGuard(guard)
  return new Stack([...guards])
}

function checkGuard(guard: Guard): void {
  if (typeof guard !== 'object' || guard === null || typeof guard.name !== 'string' || guard.name === '')
    throw new TypeError(`Cannot mount a guard as it must be an object with a name: current value is ${typeof guard}`)
  refuseMisspelling(guard)
  for (const moment of moments) {
    const hook: unknown = guard[moment]
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(
        `Cannot mount guard '${guard.name}' as '${moment}' must be a function: current value is ${typeof hook}`,
      )
  }
  const { remove = [], headers = {} } = guard
  if (!Array.isArray(remove))
    throw new TypeError(
      `Cannot mount guard '${guard.name}' as 'remove' must be an array: current value is ${typeof remove}`,
    )
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new TypeError(
      `Cannot mount guard '${guard.name}' as 'headers' must be an object: current value is ${typeof headers}`,
    )
  for (const name of remove) {
    if (!isFieldName(name))
      throw new TypeError(
        `Cannot mount guard '${guard.name}' as 'remove' must list lower-case names: one is '${String(name)}'`,
      )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!isFieldName(name) || !isFieldValue(value))
      throw new TypeError(
        `Cannot mount guard '${guard.name}' as header '${name}' must be a lower-case name with a value of visible characters`,
      )
  }
}

/** A guard may carry what it likes; but a moment that is misspelt would be a protection that is silently off. */
function refuseMisspelling(guard: Guard): void {
  for (const name of Object.keys(guard)) {
    if (properties.includes(name)) continue
    const near = nearest(name, properties)
    if (near === undefined && !/^on[A-Z]/.test(name)) continue
    const advice = near === undefined ? `known moments are ${moments.join(', ')}` : `did you mean '${near}'?`
    throw new TypeError(`Cannot mount guard '${guard.name}' as '${name}' is not part of a guard: ${advice}`)
  }
}
