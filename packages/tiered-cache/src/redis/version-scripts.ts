import { redisScript } from './redis-script.ts'

/** How long the generation and the epoch are kept without being used, in milliseconds: thirty days. */
const keptMs = 30 * 24 * 3_600_000

// A version is kept for longer than asked and renewed seldom: each renewal would be told to those who track the key.
const versions = `
local function kept(key, token, leastMs, keepMs)
  local version = found(key)
  if not version then
    redis.call('SET', key, token, 'PX', keepMs)
    return token
  end
  if redis.call('PTTL', key) < leastMs then redis.call('PEXPIRE', key, keepMs) end
  return version
end
local function keptTag(key, token, leastMs)
  return kept(key, token, leastMs, math.max(86400000, 2 * leastMs))
end
local function keptGeneration(key, token, leastMs)
  return kept(key, token, math.max(leastMs, ${keptMs / 2}), math.max(2 * leastMs, ${keptMs}))
end
`

/**
 * Keys: generation, epoch, tags. Values: token for what is not there, how long versions of tags must live at least.
 * Returns the versions of all of them.
 */
export const bondScript = redisScript(`${versions}
local leastMs = tonumber(ARGV[2])
local reply = {}
for i, key in ipairs(KEYS) do
  local keep = i < 3 and keptGeneration or keptTag
  reply[i] = keep(key, ARGV[1], leastMs)
end
return reply
`)

/**
 * Keys: entries and leases in pairs, and the generation. Values: channel, message, token for a generation that is not
 * there, how long it must live at least, then time to keep, start of the frame, times, and what follows the generation,
 * for each pair.
 */
export const writeUntaggedScript = redisScript(`${versions}
local generation = keptGeneration(KEYS[#KEYS], ARGV[3], tonumber(ARGV[4]))
for i = 1, #KEYS - 1, 2 do
  local at = 2 + 2 * i
  redis.call('DEL', KEYS[i + 1])
  local head = ARGV[at + 2] .. now() .. ARGV[at + 3] .. generation
  redis.call('SET', KEYS[i], head .. ARGV[at + 4], 'PX', ARGV[at + 1])
end
announce(ARGV[1], ARGV[2])
return 1
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
