import { describe, expect, it } from 'vitest'
import { formatRate, readRate } from '../src/rate.ts'

function parseRate(rate: unknown) {
  return readRate(rate, "Cannot limit as 'rate' must be")
}

const second = 1_000
const minute = 60 * second
const day = 24 * 60 * minute

describe('readRate', () => {
  it.each([
    ['5/m', 5, minute],
    ['5/1m', 5, minute],
    ['100/5m', 100, 5 * minute],
    ['10/500ms', 10, 500],
    ['1/1ms', 1, 1],
    ['100/300', 100, 300 * second],
    ['0/s', 0, second],
    ['5000/m', 5000, minute],
    ['2147483647/d', 2147483647, day],
    ['1/s', 1, second],
    ['1000/h', 1000, 60 * minute],
    ['60/d', 60, day],
    ['1/30d', 1, 30 * day],
    ['1/2592000000ms', 1, 30 * day],
  ])('reads %s', (text, limit, windowMs) => {
    expect(parseRate(text)).toEqual({ limit, windowMs })
  })

  it.each([
    '5/month',
    '5/w',
    '5/y',
    '5/M',
    '5 / m',
    ' 5/m',
    '5/m ',
    '5/m\n',
    '5/',
    '5',
    '/m',
    '-5/m',
    '+5/m',
    '5.5/m',
    '1e2/m',
    '0x5/m',
    '5/-1m',
    '5/1.5m',
    '5/m/h',
    '٥/m',
    '',
    '5/0',
    '5/ms',
    '5/0s',
    '2147483648/m',
    '5/31d',
    '5/2592000001ms',
    '9999999999999999999999/m',
    '5/9999999999999999999999ms',
  ])('refuses %j', (text) => {
    expect(() => parseRate(text)).toThrow(RangeError)
  })

  it('takes an object of a limit and a window', () => {
    expect(parseRate({ limit: 5, windowMs: minute })).toEqual({ limit: 5, windowMs: minute })
    expect(parseRate({ limit: 0, windowMs: 1, burst: 7 })).toEqual({ limit: 0, windowMs: 1, burst: 7 })
  })

  it.each([
    {},
    { limit: 5 },
    { limit: 5, windowMs: 0 },
    { limit: -1, windowMs: 1 },
    { limit: 5, windowMs: 1, burst: 0 },
    { limit: 1.5, windowMs: 1 },
    { limit: Number.NaN, windowMs: 1 },
    { limit: Infinity, windowMs: 1 },
    { limit: '5', windowMs: 1 },
    { limit: 5, windowMs: 1, window: 3 },
  ])('refuses the object %j', (rate) => {
    expect(() => parseRate(rate)).toThrow(RangeError)
  })

  it.each([null, undefined, 5, true])('refuses %j as no rate at all', (rate) => {
    expect(() => parseRate(rate)).toThrow(TypeError)
  })

  it.each([
    ['5/month', '5/30d'],
    ['5/ms', '5/m'],
    ['5/Min', '5/m'],
    ['5 / m', '5/m'],
    ['10/2weeks', '10/14d'],
    ['5 per second', '5/s'],
    ['3/w', '3/7d'],
    ['7/5 milliseconds', '7/5ms'],
  ])('says of %s that %s may have been meant', (text, meant) => {
    expect(() => parseRate(text)).toThrow(
      `Cannot limit as 'rate' must be '<limit>/<n><ms|s|m|h|d>' such as '5/m' or '100/5m', or { limit, windowMs }, with a window of 1 ms to 30 days: current value is "${text}"; did you mean '${meant}'?`,
    )
  })

  it('has no advice where none can be guessed', () => {
    expect(() => parseRate('5/year')).toThrow(/current value is "5\/year"$/)
  })
})

describe('formatRate', () => {
  it.each(['5/m', '100/5m', '10/500ms', '1/1ms', '7/90s', '3/h', '2/d', '1/30d', '1/36h'])('writes %s', (text) => {
    expect(formatRate(parseRate(text))).toBe(text)
  })
})
