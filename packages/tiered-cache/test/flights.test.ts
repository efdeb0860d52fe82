import { describe, expect, test } from 'vitest'
import { Flights } from '../src/flights.ts'

function open(flights: Flights<string>, key: string, what: string) {
  const flight = flights.open(key, undefined, what)
  void flight.begin(flight.defer())
  return flight
}

describe('flights', () => {
  test('are joined by their keys until they end', async () => {
    const flights = new Flights<string>()
    const flight = open(flights, 'a', 'first')
    expect([flights.has('a'), flights.has('b'), flights.size]).toEqual([true, false, 1])
    const joined = flights.join('a')
    flights.end(flight)
    flight.answer(7)
    flight.fail(new Error('too late'))
    expect(await joined).toBe(7)
    expect([flights.join('a'), flights.size]).toEqual([undefined, 0])
  })

  test('are not joined before they have begun', () => {
    const flights = new Flights<string>()
    const flight = flights.open('a', undefined, 'first')
    expect(flights.join('a')).toBeUndefined()
    const promise = flight.begin(Promise.resolve(1))
    expect(flights.join('a')).toBe(promise)
  })

  test('that were forgotten do not end those that came after them', () => {
    const flights = new Flights<string>()
    const first = open(flights, 'a', 'first')
    flights.forget('a')
    const second = open(flights, 'a', 'second')
    flights.end(first)
    expect(flights.join('a')).toBe(second.promise)
    flights.end(second)
    flights.end(second)
    expect(flights.has('a')).toBe(false)
  })

  test('are forgotten by their tags, and while those are not known', () => {
    const flights = new Flights<string>()
    open(flights, 'tagged', '').tags = ['t', 'u']
    open(flights, 'other', '').tags = ['u']
    open(flights, 'unknown', '')
    flights.forgetTagged(['t'])
    expect(['tagged', 'other', 'unknown'].map((key) => flights.has(key))).toEqual([false, true, false])
    flights.forgetAll()
    expect(flights.size).toBe(0)
  })
})
