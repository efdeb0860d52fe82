import { expect, it } from 'vitest'
import { checkOptions, integer, milliseconds, oneOf, secret, string } from '../src/index.ts'

interface PoolOptions {
  readonly max?: number
  readonly waitMs?: number
  readonly mode?: string
  readonly password?: string
}
const rules = {
  max: integer({ min: 1, max: 100 }),
  waitMs: milliseconds(),
  mode: oneOf('session', 'transaction'),
  password: secret(string()),
}
const check = (options: unknown): void => {
  checkOptions('create a pool', options as PoolOptions, rules)
}

it('accepts options that keep their rules, and options that are left out', () => {
  expect(() => check({ max: 1, waitMs: 0, mode: 'session', password: 'x' })).not.toThrow()
  expect(() => check({ max: undefined })).not.toThrow()
  expect(() => check({})).not.toThrow()
})

it.each([
  [{ max: 0 }, RangeError, "Cannot create a pool as 'max' must be an integer from 1 to 100: current value is 0"],
  [{ max: 1.5 }, RangeError, "'max' must be an integer from 1 to 100: current value is 1.5"],
  [{ max: Number.NaN }, RangeError, 'current value is NaN'],
  [{ max: '5' }, TypeError, '\'max\' must be an integer from 1 to 100: current value is "5"'],
  [{ max: null }, TypeError, 'current value is null'],
  [{ waitMs: 2 ** 31 }, RangeError, "'waitMs' must be a whole number of milliseconds from 0 to 2147483647"],
  [{ mode: 'statement' }, RangeError, '\'mode\' must be one of "session", "transaction": current value is "statement"'],
  [{ mode: 3 }, TypeError, "'mode' must be one of"],
])('refuses %o', (options, type, message) => {
  expect(() => check(options)).toThrow(type)
  expect(() => check(options)).toThrow(message)
})

it('refuses an unknown option and names the nearest known one', () => {
  expect(() => check({ maxx: 1 })).toThrow("Cannot create a pool as 'maxx' is not an option: did you mean 'max'?")
  expect(() => check({ wiatMs: 1 })).toThrow("did you mean 'waitMs'?")
  expect(() => check({ WAITMS: 1 })).toThrow("did you mean 'waitMs'?")
})

it('lists the known options when none is near', () => {
  expect(() => check({ colour: 1 })).toThrow('known options are max, waitMs, mode, password')
})

it('refuses a name that every object inherits', () => {
  expect(() => check({ toString: 1 })).toThrow("'toString' is not an option")
  expect(() => check(JSON.parse('{"__proto__": 1}'))).toThrow("'__proto__' is not an option")
})

it('never shows a secret', () => {
  expect(() => check({ password: 12345 })).toThrow(
    "'password' must be a string that is not empty: current value is not shown",
  )
})

it('names a required option that is missing', () => {
  expect(() => checkOptions('create a pool', {} as PoolOptions, rules, ['max'])).toThrow(
    "'max' must be an integer from 1 to 100: current value is undefined",
  )
})

it.each([[null], [undefined], [[]], ['x'], [3]])('refuses %o in place of the options', (options) => {
  expect(() => check(options)).toThrow('Cannot create a pool as the options must be an object')
})
