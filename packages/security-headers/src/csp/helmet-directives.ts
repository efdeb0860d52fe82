import { nearest } from '@seawall/options'
import { dangerouslyDisableDefaultSrc, directiveNames, nonceDirectives, type CspDirectives } from './directives.ts'
import { nonce } from './nonce.ts'
import { nonceSlot } from './policy.ts'

/** A directive as helmet takes it. */
type HelmetValue = string | string[] | null | typeof dangerouslyDisableDefaultSrc

/** Visible ASCII and spaces without `;`, which would begin a directive, and `,`, which would begin a policy. */
const safeText = /^[\x20-\x2b\x2d-\x3a\x3c-\x7e]*$/

const camelNames = directiveNames.map((name) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))

/**
 * Checks directives and turns them into helmet's, with a slot where a nonce is to stand.
 *
 * @throws TypeError for an unknown directive, a function, or anything else that is not text or the nonce.
 * @throws RangeError for text that could begin another directive or header.
 */
export function toHelmetDirectives(directives: CspDirectives): Record<string, HelmetValue> {
  const checked: Record<string, HelmetValue> = {}
  for (const [name, value] of Object.entries<unknown>(directives)) checked[name] = toHelmetValue(name, value)
  return checked
}

function toHelmetValue(name: string, value: unknown): HelmetValue {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (!directiveNames.includes(dashed as (typeof directiveNames)[number])) throw unknownDirective(name)
  if (value === null || value === dangerouslyDisableDefaultSrc) return value as HelmetValue
  if (typeof value === 'string') return toSource(name, dashed, value)
  if (typeof value !== 'object' || !(Symbol.iterator in value))
    throw refusal(TypeError, name, 'a string, a list of strings and nonce, or null', value)
  return Array.from(value as Iterable<unknown>, (source) => toSource(name, dashed, source))
}

function toSource(name: string, dashed: string, source: unknown): string {
  if (source === nonce) {
    if (nonceDirectives.has(dashed)) return nonceSlot
    const known = [...nonceDirectives].join(', ')
    throw new TypeError(`Cannot set contentSecurityPolicy as '${name}' cannot hold nonce: browsers heed it in ${known}`)
  }
  if (typeof source === 'function')
    throw refusal(TypeError, name, 'strings and nonce, which also stands for what a function would return', source)
  if (typeof source !== 'string') throw refusal(TypeError, name, 'made of strings and nonce', source)
  if (!safeText.test(source)) throw refusal(RangeError, name, `visible ASCII without ';' and ','`, source)
  return source
}

function unknownDirective(name: string): TypeError {
  const known = name.includes('-') ? directiveNames : camelNames
  const near = nearest(name, known)
  const advice = near === undefined ? `known directives are ${known.join(', ')}` : `did you mean '${near}'?`
  return new TypeError(`Cannot set contentSecurityPolicy as '${name}' is not a directive: ${advice}`)
}

function refusal(Type: new (message: string) => Error, name: string, must: string, value: unknown): Error {
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value)
  return new Type(`Cannot set contentSecurityPolicy as '${name}' must be ${must}: current value is ${shown}`)
}
