/** What one option must be. A value of the wrong type is a `TypeError`, one outside its range a `RangeError`. */
export interface Rule {
  /** The words after "must be": `an integer from 1 to 10`. */
  readonly must: string
  /** Whether the value has the right type. */
  readonly isType: (value: unknown) => boolean
  /** Whether a value of the right type lies in its range. Left out: every such value does. */
  readonly isInRange?: (value: unknown) => boolean
  /** The value is a secret: errors never show it. */
  readonly secret?: true
}

/** The bounds of a number, both included. */
export interface NumberRange {
  /** The least value. Left out: none. */
  readonly min?: number
  /** The greatest value. Left out: none. */
  readonly max?: number
}

/** The longest delay of a Node timer; a longer one would fire at once. */
const maxTimerMs = 2 ** 31 - 1

/** A finite number in a range. */
export function number(range: NumberRange = {}): Rule {
  return numeric('a number', range, Number.isFinite)
}

/** An integer in a range. */
export function integer(range: NumberRange = {}): Rule {
  return numeric('an integer', range, Number.isInteger)
}

/** A whole number of milliseconds that a Node timer can wait, from `min` (default 0) to 2^31 - 1. */
export function milliseconds(range: NumberRange = {}): Rule {
  return numeric('a whole number of milliseconds', { min: 0, max: maxTimerMs, ...range }, Number.isInteger)
}

function numeric(
  what: string,
  { min = -Infinity, max = Infinity }: NumberRange,
  isKind: (n: unknown) => boolean,
): Rule {
  return {
    must: what + span(min, max),
    isType: (value) => typeof value === 'number',
    isInRange: (value) => isKind(value) && (value as number) >= min && (value as number) <= max,
  }
}

function span(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return ''
  if (max === Infinity) return ` of at least ${min}`
  if (min === -Infinity) return ` of at most ${max}`
  return ` from ${min} to ${max}`
}

/** `true` or `false`. */
export const boolean: Rule = { must: 'true or false', isType: (value) => typeof value === 'boolean' }

/** A function; `must` says which. */
export function fn(must = 'a function'): Rule {
  return { must, isType: (value) => typeof value === 'function' }
}

/** A string that is not empty; with a pattern, one that matches it as a whole. */
export function string(must = 'a string that is not empty', pattern?: RegExp): Rule {
  return {
    must,
    isType: (value) => typeof value === 'string',
    isInRange: (value) => value !== '' && (pattern === undefined || pattern.test(value as string)),
  }
}

/** One of the values given. */
export function oneOf(...values: readonly (string | number | boolean | null)[]): Rule {
  return {
    must: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
    isType: (value) => values.some((one) => typeof one === typeof value),
    isInRange: (value) => values.includes(value as string),
  }
}

/** An array whose every item keeps a rule; `must` says it in words. */
export function arrayOf(item: Rule, must = `an array, each item ${item.must}`): Rule {
  return {
    must,
    isType: (value) => Array.isArray(value) && value.every((one) => item.isType(one)),
    isInRange: (value) => (value as unknown[]).every((one) => item.isInRange?.(one) ?? true),
  }
}

/** A plain object, checked elsewhere in depth. */
export function record(must = 'an object'): Rule {
  return { must, isType: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) }
}

/** An object of somebody else's class, known by the methods that are needed of it. */
export function instanceOrShape(must: string, ...methods: readonly string[]): Rule {
  return {
    must,
    isType: (value) =>
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
  }
}

/** A value that keeps at least one of the rules. */
export function either(...rules: readonly Rule[]): Rule {
  return {
    must: rules.map((rule) => rule.must).join(' or '),
    isType: (value) => rules.some((rule) => rule.isType(value)),
    isInRange: (value) => rules.some((rule) => rule.isType(value) && (rule.isInRange?.(value) ?? true)),
    ...(rules.some((rule) => rule.secret) ? { secret: true as const } : {}),
  }
}

/** The same rule for a secret: errors say what it must be and never what it is. */
export function secret(rule: Rule): Rule {
  return { ...rule, secret: true }
}

/** Anything: the option is checked elsewhere. */
export const anyValue: Rule = { must: 'any value', isType: () => true }
