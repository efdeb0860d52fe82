import { createHash } from 'node:crypto'
import type { RedisClient } from './redis-client.ts'

/** A Lua script and the digest that Redis knows it by. */
export interface RedisScript {
  readonly source: string
  readonly sha1: string
}

/** Makes a script; `now` and `found` may be called in it. */
export function redisScript(body: string): RedisScript {
  const source = prelude + body
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}

/** Runs a script by its digest, and by its text where the server does not know it yet. */
export async function runScript(
  client: RedisClient,
  { source, sha1 }: RedisScript,
  keys: readonly string[],
  values: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await client.callBuffer('EVALSHA', sha1, keys.length, ...keys, ...values)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return client.callBuffer('EVAL', source, keys.length, ...keys, ...values)
  }
}

// Time is the server's, so that no two hosts' clocks are compared. What is not a string is not ours: it counts as nothing.
const prelude = `
local function now()
  local time = redis.call('TIME')
  return string.format('%014.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end
local function found(key)
  local bytes = redis.pcall('GET', key)
  if type(bytes) == 'string' then return bytes end
  return false
end
local function announce(channel, message)
  if channel ~= '' then redis.call('PUBLISH', channel, message) end
end
`
