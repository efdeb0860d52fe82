/*
 * The counters in Redis, for the scripts that decide and manage. All times are microseconds of Redis's own clock, all
 * replies integers. For each algorithm there is `check`, which tells how long a cost would wait and what stands there,
 * and `store`, which counts it. No key is without an expiry.
 *
 * exact: a list of stamps, newest first, never longer than the limit. Every stamp is pushed and popped once, so a decision
 * takes constant time on average. Behind the oldest may stand a block, "b<until>".
 * gcra, fixed: three doubles: level, its time and the end of a block; count, end of the window and end of a block. The
 * level keeps its precision where one claim is worth less than a microsecond.
 *
 * Redis's clock is a wall clock. When it was set back, keys wait for it up to a window, and then are forgotten.
 * `hold` is how much later than now a claim may be used: a lease counts as if all of it were used at its very end.
 */
export const countersLua = `
local call, pack, unpackDoubles, ceil, floor, max, min = redis.call, struct.pack, struct.unpack, math.ceil, math.floor, math.max, math.min
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local rounding = 0.000001

local function toMs(us)
  return ceil(us / 1000)
end

local function quotaAt(index)
  local limit, window, burst = tonumber(ARGV[index + 1]), ARGV[index + 2] * 1000, tonumber(ARGV[index + 3])
  return { algorithm = ARGV[index], limit = limit, window = window, burst = burst, blockMs = tonumber(ARGV[index + 4]), rate = limit / window }
end

local function readDoubles(key, value)
  if not value then return 0, 0, 0 end
  return unpackDoubles('>ddd', value)
end

local function writeDoubles(key, a, b, blocked, lifetime)
  call('SET', key, pack('>ddd', a, b, blocked), 'PX', max(1, toMs(max(lifetime, blocked - now)) + 1))
end

local exact, gcra, fixed = {}, {}, {}

-- wait, remaining, reset, nothing, end of the block
function exact.check(key, quota, cost)
  local tail = call('LINDEX', key, -1)
  local oldest = tonumber(tail or 0)
  if not oldest then
    local blocked = tonumber(string.sub(tail, 2))
    if blocked > now then return blocked - now, 0, blocked - now, 0, blocked end
    call('RPOP', key)
    oldest = tonumber(call('LINDEX', key, -1) or 0)
  end
  while oldest > 0 and now - oldest >= quota.window do
    call('RPOP', key)
    oldest = tonumber(call('LINDEX', key, -1) or 0)
  end
  if oldest - now > quota.window then
    call('DEL', key)
    oldest = 0
  end
  local remaining, reset = quota.limit, 0
  if oldest > 0 then remaining, reset = remaining - call('LLEN', key), oldest + quota.window - now end
  if cost == 0 or cost <= remaining then return 0, remaining, reset, 0, 0 end
  if cost > quota.limit then return quota.window, remaining, reset, 0, 0 end
  -- Beside leases stamps do not stand in order: one behind the oldest may be over sooner than it
  return max(oldest, call('LINDEX', key, remaining - cost)) + quota.window - now, remaining, reset, 0, 0
end

function exact.store(key, quota, cost, hold)
  local stamp = now + hold
  if cost == 1 then
    call('LPUSH', key, stamp)
  else
    local stamps = {}
    for index = 1, cost do stamps[index] = stamp end
    call('LPUSH', key, unpack(stamps))
  end
  call('PEXPIRE', key, toMs(hold + quota.window) + 1)
  return stamp
end

-- wait, remaining, reset, level, end of the block
function gcra.check(key, quota, cost, hold)
  local level, at, blocked = readDoubles(key, call('GET', key))
  if at - now > quota.window then level = 0 end
  if now > at then level = max(0, level - (now - at) * quota.rate) end
  level = max(level, hold * quota.rate)
  local remaining, reset = max(0, floor(quota.burst - level + rounding)), 0
  if level > 0 then reset = min(level, level + remaining + 1 - quota.burst) / quota.rate end
  if blocked > now then return blocked - now, 0, blocked - now, level, blocked end
  local excess = level + cost - quota.burst
  if cost == 0 or excess <= rounding then return 0, remaining, reset, level, 0 end
  if cost > quota.burst then return quota.window, remaining, reset, level, 0 end
  return (excess - rounding / 2) / quota.rate, remaining, reset, level, 0
end

function gcra.store(key, quota, cost, hold, level)
  writeDoubles(key, level + cost, now, 0, (level + cost) / quota.rate)
  return now + hold
end

-- wait, remaining, reset, count, end of the block, end of the window
function fixed.check(key, quota, cost)
  local count, ending, blocked = readDoubles(key, call('GET', key))
  if now >= ending or ending - now > quota.window then
    count, ending = 0, now + quota.window
  end
  local remaining, reset = max(0, quota.limit - count), 0
  if count > 0 then reset = ending - now end
  if blocked > now then return blocked - now, 0, blocked - now, count, blocked, ending end
  if cost == 0 or count + cost <= quota.limit then return 0, remaining, reset, count, 0, ending end
  if cost > quota.limit then return quota.window, remaining, reset, count, 0, ending end
  return ending - now, remaining, reset, count, 0, ending
end

-- Its stamp is the moment at which it was counted, whatever the hold: one later may lie in the next window
function fixed.store(key, quota, cost, hold, count, ending)
  writeDoubles(key, count + cost, ending, 0, ending - now)
  return now
end

local meters = { exact = exact, gcra = gcra, fixed = fixed }

function exact.block(key, quota, blocked)
  local tail = call('LINDEX', key, -1)
  if tail and not tonumber(tail) then call('RPOP', key) end
  if blocked <= now then return end
  call('RPUSH', key, string.format('b%.0f', blocked))
  call('PEXPIRE', key, max(call('PTTL', key), toMs(blocked - now) + 1))
end

function gcra.block(key, quota, blocked)
  local _, _, _, level = gcra.check(key, quota, 0, 0)
  writeDoubles(key, level, now, blocked, level / quota.rate)
end

function fixed.block(key, quota, blocked)
  local _, _, _, count, _, ending = fixed.check(key, quota, 0, 0)
  writeDoubles(key, count, ending, blocked, ending - now)
end

-- Refuses a claim that has to wait, and blocks its key where the quota says so.
local function refuse(key, quota, wait, blocked)
  if quota.blockMs == 0 or blocked > now then return wait end
  meters[quota.algorithm].block(key, quota, now + quota.blockMs * 1000)
  return max(wait, quota.blockMs * 1000)
end
`
