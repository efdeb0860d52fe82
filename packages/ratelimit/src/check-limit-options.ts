import {
  anyValue,
  arrayOf,
  boolean,
  checkOptions,
  either,
  fn,
  integer,
  number,
  oneOf,
  string,
  type Rule,
  type Rules,
} from '@seawall/options'
import { longestBlockMs } from './block-length.ts'
import { keyRule } from './keys/key.ts'
import type { LimitOptions } from './limit-options.ts'

/** The rule for what names a limit or a group. */
export const nameRule = string("1 to 64 letters, digits and '.', '_', '/', '-'", /^[\w./-]{1,64}$/)

/** The rule for the algorithm. */
export const algorithmRule = oneOf('exact', 'gcra', 'fixed')

/** The rule for the time that a refusal blocks its key. */
export const blockRule = integer({ min: 0, max: longestBlockMs })

/** The rule for what happens when the store cannot answer. */
export const onErrorRule = oneOf('fallback', 'allow', 'deny')

/** The rule for a rate, which is read, with advice, when its plan is made. */
export const rateRule: Rule = {
  must: "a rate such as '5/m', or null",
  isType: (value) => typeof value === 'string' || typeof value === 'object',
}

/** The rules of one limit. */
export const limitRules: Rules<LimitOptions> = {
  key: keyRule,
  rate: either(rateRule, fn()),
  name: nameRule,
  algorithm: algorithmRule,
  cost: either(number({ min: 0 }), fn()),
  count: either(oneOf('all', 'failures'), fn()),
  skip: fn(),
  methods: arrayOf(string("a method in upper case such as 'POST'", /^[A-Z]+$/)),
  group: nameRule,
  missing: oneOf('ip', 'skip', 'deny'),
  shadow: boolean,
  blockMs: blockRule,
  // Checked in depth when the lists are made
  allow: anyValue,
  deny: anyValue,
  onError: onErrorRule,
  expose: boolean,
  user: fn(),
  normalize: fn(),
  ipv6Prefix: integer({ min: 16, max: 128 }),
  ipv4Prefix: integer({ min: 8, max: 32 }),
}

/**
 * Checks the options of a limit, but for its rate and lists.
 *
 * @throws TypeError or RangeError
 */
export function checkLimitOptions(options: LimitOptions): void {
  checkOptions<LimitOptions>('create a rate limit', options, limitRules, ['key', 'rate'])
  const { key, user, cost, algorithm } = options
  if (typeof key !== 'function' && [key].flat().includes('user') && user === undefined)
    throw new TypeError(
      "Cannot create a rate limit as 'user' must be a function for the key 'user': current value is undefined",
    )
  if (typeof cost === 'number' && !Number.isInteger(cost) && algorithm !== 'gcra')
    throw new RangeError(
      `Cannot create a rate limit as 'cost' must be whole unless 'algorithm' is "gcra": current value is ${cost}`,
    )
}
