import { joinParts, toBounded, toIdentity } from '../identity.ts'
import { toNetwork } from '../network.ts'
import type { KeySettings, RateLimitKey, RateLimitKeyPart } from './key.ts'

/**
 * Makes the function that spells a value of a key, given by the application, as the values of requests are spelt.
 *
 * @throws TypeError from that function, for another number of values than the key has parts, or an empty one.
 */
export function keySpeller(
  key: RateLimitKey,
  settings: Omit<KeySettings, 'user'>,
): (value: string | readonly string[]) => string {
  const parts = typeof key === 'function' ? [undefined] : [key].flat()
  const isSingle = typeof key === 'function' || typeof key === 'string'
  return (value) => {
    const values = [value].flat()
    const spelt = values.map((one, index) => spell(parts[index], one, settings))
    if (spelt.length !== parts.length || spelt.includes(undefined))
      throw new TypeError(
        `Cannot name a counter as 'key' must be ${isSingle ? 'a string' : `${parts.length} strings`}, none of them empty: current value is ${typeof value}`,
      )
    return isSingle ? String(spelt[0]) : joinParts(spelt as readonly string[])
  }
}

function spell(
  part: RateLimitKeyPart | undefined,
  value: unknown,
  settings: Omit<KeySettings, 'user'>,
): string | undefined {
  if (typeof value !== 'string') return undefined
  if (part === 'ip') return toNetwork(value, settings) || undefined
  if (part === undefined || part === 'user' || part === 'global') return toBounded(value)
  return toIdentity(value, settings.normalize)
}
