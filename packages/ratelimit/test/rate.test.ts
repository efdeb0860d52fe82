import { describe, expect, it } from 'vitest'
import { formatRate, parseRate } from '../src/rate.ts'

const second = 1_000
const minute = 60 * second
const day = 24 * 60 * minute

describe('parseRate', () => {
  it.each([
    ['5/m', 5, minute],
    ['5/1m', 5, minute],
    ['100/5m', 100, 5 * minute],
    ['10/500ms', 10, 500],
    ['1/ms', 1, 1],
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
    '100/300',
    '٥/m',
    '',
    '0/m',
    '5/0s',
    '1001/m',
    '5/31d',
    '5/2592000001ms',
    '9999999999999999999999/m',
    '5/9999999999999999999999ms',
  ])('refuses %j', (text) => {
    expect(parseRate(text)).toBeUndefined()
  })

  it('takes an object of a limit and a window', () => {
    expect(parseRate({ limit: 5, windowMs: minute })).toEqual({ limit: 5, windowMs: minute })
  })

  it.each([
    {},
    { limit: 5 },
    { limit: 5, windowMs: 0 },
    { limit: 0, windowMs: 1 },
    { limit: 1.5, windowMs: 1 },
    { limit: Number.NaN, windowMs: 1 },
    { limit: Infinity, windowMs: 1 },
    { limit: '5', windowMs: 1 },
    { limit: 5, windowMs: 1, burst: 3 },
    null,
    5,
  ])('refuses the object %j', (rate) => {
    expect(parseRate(rate)).toBeUndefined()
  })
})

describe('formatRate', () => {
  it.each(['5/m', '100/5m', '10/500ms', '1/ms', '7/90s', '3/h', '2/d', '1/30d', '1/36h'])('writes %s', (text) => {
    const rate = parseRate(text)
    expect(rate && formatRate(rate)).toBe(text)
  })
})
