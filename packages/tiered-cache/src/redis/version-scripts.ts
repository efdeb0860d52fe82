import { redisScript } from './redis-script.ts'

/** How long the generation and the epoch are kept without being used, in milliseconds: thirty days. */
const keptMs = 30 * 24 * 3_600_000

// A version is kept for longer than asked and renewed seldom: each renewal would be told to those who track the key.
const prelude = `
local function kept(key, token, leastMs, keepMs)
  local version = found(key)
  if not version then
    redis.call('SET', key, token, 'PX', keepMs)
    return token
  end
  if redis.call('PTTL', key) < leastMs then redis.call('PEXPIRE', key, keepMs) end
  return version
end
`

/**
 * Keys: generation, epoch, tags. Values: token for what is not there, how long versions of tags must live at least.
 * Returns the versions of all of them.
 */
export const bondScript = redisScript(`${prelude}
local leastMs = tonumber(ARGV[2])
local keepMs = math.max(86400000, 2 * leastMs)
local reply = {}
for i, key in ipairs(KEYS) do
  if i < 3 then
    reply[i] = kept(key, ARGV[1], math.max(leastMs, ${keptMs / 2}), math.max(keepMs, ${keptMs}))
  else
    reply[i] = kept(key, ARGV[1], leastMs, keepMs)
  end
end
return reply
`)

/** Keys: epoch, tags. Values: channel, message, token. The epoch comes first: who finds it unchanged knows the old tags. */
export const invalidateScript = redisScript(`
redis.call('SET', KEYS[1], ARGV[3], 'PX', ${keptMs})
for i = 2, #KEYS do redis.call('SET', KEYS[i], ARGV[3], 'PX', 86400000) end
announce(ARGV[1], ARGV[2])
return 1
`)

/** Keys: generation. Values: channel, message, token. */
export const clearScript = redisScript(`
redis.call('SET', KEYS[1], ARGV[3], 'PX', ${keptMs})
announce(ARGV[1], ARGV[2])
return 1
`)
