import { createHash } from 'node:crypto'
import type { RedisClient } from './redis-client.ts'

/** A Lua script and the digest that Redis knows it by. */
export interface RedisScript {
  readonly source: string
  readonly sha1: string
}

/**
 * Keys: entry, lease. Arguments: token, lease in milliseconds, digest of an entry that was found to be of no use.
 * Returns {remaining ms, entry, digest}, or 1 when the lease was granted, or 0 when another holds it. What is of another
 * type, or a lease that never ends, is not ours and is passed over.
 */
export const acquireScript = script(`
local entry = redis.pcall('GET', KEYS[1])
if type(entry) == 'string' then
  local digest = redis.sha1hex(string.sub(entry, 1, 64))
  if digest ~= ARGV[3] then return {redis.call('PTTL', KEYS[1]), entry, digest} end
end
if redis.call('PTTL', KEYS[2]) == -1 then redis.call('DEL', KEYS[2]) end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
`)

/** Keys: entry, lease. Arguments: token, entry, time to live in milliseconds. Returns 1 when stored, 0 when fenced. */
export const fillScript = script(`
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

/** Keys: lease. Arguments: token. */
export const releaseScript = script(`
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`)

/**
 * Keys: tag. Arguments: a version for a tag that has none, milliseconds that the version must live at least. Returns the
 * tag's version.
 */
export const tagVersionScript = script(`
local version = redis.pcall('GET', KEYS[1])
if type(version) ~= 'string' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return version
`)

/** Runs a script by its digest, and by its text where the server does not know it yet. */
export async function runScript(
  client: RedisClient,
  { source, sha1 }: RedisScript,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha1, keys.length, ...keys, ...values)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return client.eval(source, keys.length, ...keys, ...values)
  }
}

function script(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}
