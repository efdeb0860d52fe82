import { frameOffsets } from '../entry-frame.ts'
import { redisScript } from './redis-script.ts'

// Keys come in pairs, entry and lease. Strings count from 1 in Lua, and from 0 in SETRANGE.
const { version, writtenAt, softMs, hardMs, generation } = frameOffsets
const versionIn = (bytes: string) => `string.sub(${bytes}, ${version + 1}, ${writtenAt})`

/** Keys: entries. Returns the time and the entries. */
export const readScript = redisScript(`
local reply = {redis.call('TIME')}
for i, key in ipairs(KEYS) do reply[i + 1] = found(key) end
return reply
`)

/**
 * Values: token, lease in milliseconds, version known, for each pair. Returns the time, then for each pair its entry, or 1
 * when the lease was granted, or 0 when another holds it. A lease that never ends is not ours.
 */
export const acquireScript = redisScript(`
local reply = {redis.call('TIME')}
for i = 1, #KEYS, 2 do
  local at = (i - 1) / 2 * 3
  local entry = found(KEYS[i])
  if entry and ${versionIn('entry')} ~= ARGV[at + 3] then
    reply[#reply + 1] = entry
  else
    if redis.call('PTTL', KEYS[i + 1]) == -1 then redis.call('DEL', KEYS[i + 1]) end
    local granted = redis.call('SET', KEYS[i + 1], ARGV[at + 1], 'NX', 'PX', ARGV[at + 2])
    reply[#reply + 1] = granted and 1 or 0
  end
end
return reply
`)

/** Values: token, time to keep, start and rest of the frame, for each pair. Returns 1 for what is stored, 0 otherwise. */
export const fillScript = redisScript(`
local reply = {}
for i = 1, #KEYS, 2 do
  local at = (i - 1) * 2
  if found(KEYS[i + 1]) == ARGV[at + 1] then
    redis.call('DEL', KEYS[i + 1])
    redis.call('SET', KEYS[i], ARGV[at + 3] .. now() .. ARGV[at + 4], 'PX', ARGV[at + 2])
    reply[#reply + 1] = 1
  else
    reply[#reply + 1] = 0
  end
end
return reply
`)

/** Keys: leases. Values: their tokens. */
export const releaseScript = redisScript(`
for i, key in ipairs(KEYS) do
  if found(key) == ARGV[i] then redis.call('DEL', key) end
end
return 1
`)

/** Values: channel, message, then time to keep, start and rest of the frame, for each pair. */
export const writeScript = redisScript(`
for i = 1, #KEYS, 2 do
  local at = 2 + (i - 1) / 2 * 3
  redis.call('DEL', KEYS[i + 1])
  redis.call('SET', KEYS[i], ARGV[at + 2] .. now() .. ARGV[at + 3], 'PX', ARGV[at + 1])
end
announce(ARGV[1], ARGV[2])
return 1
`)

// Those who track a key hear of no change to what is not there, and may hold what was never stored here.
const stir = `
local function stir(key)
  redis.call('SET', key, '', 'PX', 1)
  redis.call('DEL', key)
end
`

/** Values: channel, message. */
export const deleteScript = redisScript(`${stir}
for i = 1, #KEYS, 2 do
  redis.call('DEL', KEYS[i + 1])
  if redis.call('DEL', KEYS[i]) == 0 then stir(KEYS[i]) end
end
announce(ARGV[1], ARGV[2])
return 1
`)

/** Values: channel, message. An entry is stale from now on when it is fresh for as long as it has been there. */
export const expireScript = redisScript(`${stir}
for i = 1, #KEYS, 2 do
  redis.call('DEL', KEYS[i + 1])
  local entry = found(KEYS[i])
  local since = entry and tonumber(string.sub(entry, ${writtenAt + 1}, ${softMs}))
  local soft = entry and tonumber(string.sub(entry, ${softMs + 1}, ${hardMs}))
  if since and soft then
    local age = math.max(0, now() - since)
    if age < soft then redis.call('SETRANGE', KEYS[i], ${softMs}, string.format('%013.0f', age)) end
  else
    redis.call('DEL', KEYS[i])
    stir(KEYS[i])
  end
end
announce(ARGV[1], ARGV[2])
return 1
`)

/** Values: channel, message, version of the entry, times as they stand in a frame, time to keep. Returns 1 when done. */
export const touchScript = redisScript(`
local entry = found(KEYS[1])
if not entry or ${versionIn('entry')} ~= ARGV[3] then return 0 end
redis.call('SETRANGE', KEYS[1], ${writtenAt}, now() .. ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
announce(ARGV[1], ARGV[2])
return 1
`)

/**
 * Values: channel, message, version of an entry that may be overwritten, time to keep, start and rest of the frame.
 * Returns 1 when stored, 0 when there is an entry.
 */
export const addScript = redisScript(`
local entry = found(KEYS[1])
if entry and ${versionIn('entry')} ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[5] .. now() .. ARGV[6], 'PX', ARGV[4])
announce(ARGV[1], ARGV[2])
return 1
`)

/**
 * Values: channel, message, version of an entry that counts as none, time to keep, start and rest of the frame without
 * payload, summand, generation. Returns the sum as text, or 0 when what is there is not an integer or would not remain
 * a safe one.
 */
export const incrementScript = redisScript(`
local entry = found(KEYS[1])
local head, sum
if entry and ${versionIn('entry')} ~= ARGV[3] and string.sub(entry, ${generation + 1}, ${generation + 20}) == ARGV[8] then
  local feed = string.find(entry, '\\n', ${generation + 21}, true)
  local text = feed and string.sub(entry, feed + 1)
  if not text or not string.find(text, '^-?%d+$') then return 0 end
  sum = tonumber(text) + tonumber(ARGV[7])
  head = ARGV[5] .. string.sub(entry, ${writtenAt + 1}, feed)
else
  sum = tonumber(ARGV[7])
end
if sum > 9007199254740991 or sum < -9007199254740991 then return 0 end
local text = string.format('%.0f', sum)
redis.call('DEL', KEYS[2])
if head then
  redis.call('SET', KEYS[1], head .. text, 'KEEPTTL')
else
  redis.call('SET', KEYS[1], ARGV[5] .. now() .. ARGV[6] .. text, 'PX', ARGV[4])
end
announce(ARGV[1], ARGV[2])
return text
`)
