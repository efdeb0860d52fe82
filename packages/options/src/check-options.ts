import { nearest } from './nearest.ts'
import type { Rule } from './rules.ts'

/** A rule for every option of `T`: an option without a rule does not compile. */
export type Rules<T extends object> = { readonly [K in keyof Required<T>]: Rule }

/**
 * Checks options against their rules. `undefined` means that an option is left out.
 *
 * @param action - What cannot be done otherwise, in the words after "Cannot": `create a rate limit`.
 * @param options - What the caller gave.
 * @param rules - A rule for each option; any other name is refused.
 * @param required - The names that may not be left out.
 * @throws TypeError for a value of the wrong type, an unknown option or a missing one.
 * @throws RangeError for a value outside its range.
 * @example
 * ```ts
 * import { checkOptions, integer } from '@seawall/options'
 *
 * checkOptions('create a pool', { max: 10 }, { max: integer({ min: 1 }) })
 * ```
 */
export function checkOptions<T extends object>(
  action: string,
  options: T,
  rules: Rules<T>,
  required: readonly (keyof T & string)[] = [],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`Cannot ${action} as the options must be an object: current value is ${show(options)}`)
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(rules, name)) throw unknownOption(action, name, Object.keys(rules))
  }
  for (const [name, rule] of Object.entries<Rule>(rules as Record<string, Rule>)) {
    const value = (options as Record<string, unknown>)[name]
    if (value === undefined && !required.includes(name as keyof T & string)) continue
    if (value === undefined || !rule.isType(value)) throw new TypeError(refusal(action, name, rule, value))
    if (rule.isInRange && !rule.isInRange(value)) throw new RangeError(refusal(action, name, rule, value))
  }
}

function refusal(action: string, name: string, { must, secret }: Rule, value: unknown): string {
  return `Cannot ${action} as '${name}' must be ${must}: current value is ${secret ? 'not shown' : show(value)}`
}

function unknownOption(action: string, name: string, known: readonly string[]): TypeError {
  const near = nearest(name, known)
  const advice = near === undefined ? `known options are ${known.join(', ')}` : `did you mean '${near}'?`
  return new TypeError(`Cannot ${action} as '${name}' is not an option: ${advice}`)
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return value.toString()
  if (value === undefined || typeof value === 'number') return String(value)
  return shorten(toJson(value) ?? Object.prototype.toString.call(value))
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text
}
