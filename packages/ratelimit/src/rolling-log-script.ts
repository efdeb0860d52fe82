import { createHash } from 'node:crypto'
import type { Decision } from './store.ts'

/** What separates the remainder from the time in a reply: above the longest window in milliseconds. */
const shift = 2 ** 32

/**
 * A rolling log as a list of stamps in microseconds, newest first, never longer than the limit. Every stamp is pushed
 * once and popped once, so a decision takes constant time on average.
 *
 * Replies one integer, since the size of a reply costs more than the script: the time to wait, negative, of a refusal;
 * otherwise the remainder times 2^32 plus the time to the reset.
 *
 * Redis's clock is a wall clock. When it was set back a little, the key waits at its newest stamp; when by more than a
 * window, the key is forgotten rather than locked for as long.
 */
export const script = `
local key, limit, windowMs = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local window = windowMs * 1000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local newest = tonumber(redis.call('LINDEX', key, 0) or nil)
if newest and newest > now then
  if newest - now > window then redis.call('DEL', key) else now = newest end
end
local oldest = tonumber(redis.call('LINDEX', key, -1) or nil)
while oldest and now - oldest >= window do
  redis.call('RPOP', key)
  oldest = tonumber(redis.call('LINDEX', key, -1) or nil)
end
local used = redis.call('LLEN', key)
if used >= limit then return -math.ceil((oldest + window - now) / 1000) end
redis.call('LPUSH', key, string.format('%.0f', now))
redis.call('PEXPIRE', key, windowMs + 1)
return (limit - used - 1) * ${shift} + math.ceil(((oldest or now) + window - now) / 1000)
`

/** What Redis knows the script by. */
export const scriptSha1 = createHash('sha1').update(script).digest('hex')

/**
 * Reads the script's reply.
 *
 * @throws TypeError for anything that the script does not reply.
 */
export function toDecision(reply: unknown): Decision {
  const value = Number(reply)
  if (!Number.isSafeInteger(value) || value === 0) throw new TypeError('Cannot decide as Redis replied no decision')
  if (value < 0) return { allowed: false, remaining: 0, resetMs: -value }
  return { allowed: true, remaining: Math.floor(value / shift), resetMs: value % shift }
}
