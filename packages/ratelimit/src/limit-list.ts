import type { Exchange } from '@seawall/guard'
import { addressTest } from './address-list.ts'
import type { RateLimitList } from './limit-options.ts'

/** Tells whether a request is on a list. */
export type ListTest = (exchange: Exchange, key: string | undefined) => boolean

/**
 * Makes the test of an option that is a list.
 *
 * @param toKey - Spells a value of the key as requests' are spelt.
 * @throws TypeError or RangeError for what is no list, no address or no value.
 */
export function listTest(
  option: string,
  list: RateLimitList,
  toKey: (value: string | readonly string[]) => string,
): ListTest {
  const told = `Cannot create a rate limit as '${option}'`
  const { addresses = [], keys = [], ...others } = Object(list) as RateLimitList
  if (
    typeof list !== 'object' ||
    list === null ||
    !Array.isArray(addresses) ||
    !Array.isArray(keys) ||
    Object.keys(others).length > 0
  )
    throw new TypeError(`${told} must be { addresses?: [], keys?: [] }: current value is ${JSON.stringify(list)}`)
  const isListed = addressTest(addresses)
  if (typeof isListed !== 'function')
    throw new RangeError(`${told} must list addresses such as '192.0.2.1' and '10.0.0.0/8': one is '${isListed.bad}'`)
  const values = new Set(keys.map((key: string | readonly string[]) => toKey(key)))
  if (addresses.length === 0) return (_, key) => key !== undefined && values.has(key)
  return (exchange, key) => (key !== undefined && values.has(key)) || isListed(exchange.ip)
}
