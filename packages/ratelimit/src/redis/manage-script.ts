import { countersLua } from './counters-lua.ts'
import { scriptOf } from './script.ts'

/**
 * One operation on one counter. ARGV: the deadline, 1, the five values of the quota, the operation, and what it takes.
 * Replies like a decision with one claim.
 */
export const manageScript = scriptOf(`${countersLua}
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return { now } end
local key, quota, operation = KEYS[1], quotaAt(3), ARGV[8]
local meter = meters[quota.algorithm]

local function peek()
  local wait, remaining, reset = meter.check(key, quota, 1, 0)
  if wait > 0 then return { now, -1 - remaining, toMs(wait) } end
  return { now, remaining, toMs(reset) }
end

-- Takes a block away while something is done, and puts it back.
local function beneathBlock(action)
  local _, _, _, _, blocked = meter.check(key, quota, 0, 0)
  if blocked > now then meter.block(key, quota, 0) end
  local _, _, _, state, _, ending = meter.check(key, quota, 0, 0)
  action(state, ending)
  if blocked > now then meter.block(key, quota, blocked) end
end

local function takeBackStamps(cost, stamp)
  if not stamp then
    for count = 1, cost do call('LPOP', key) end
  elseif stamp > now - quota.window then
    call('LREM', key, cost, ARGV[10])
  end
end

local function takeBack(cost, stamp, state, ending)
  if quota.algorithm == 'exact' then
    takeBackStamps(min(cost, quota.limit), stamp)
  elseif stamp and stamp <= now - quota.window then
    return
  elseif quota.algorithm == 'gcra' then
    writeDoubles(key, max(0, state - cost), now, 0, state / quota.rate)
  elseif not stamp or stamp >= ending - quota.window then
    writeDoubles(key, max(0, state - cost), ending, 0, ending - now)
  end
end

local function penalise(cost, state, ending)
  if quota.algorithm == 'exact' then
    cost = min(cost, quota.limit)
    local kept = quota.limit - cost
    if kept == 0 then call('DEL', key) else call('LTRIM', key, 0, kept - 1) end
  end
  meter.store(key, quota, cost, 0, state, ending)
end

if operation == 'reset' then call('DEL', key) end
if operation == 'block' then meter.block(key, quota, now + ARGV[9] * 1000) end
if operation == 'adjust' then
  local cost, stamp = tonumber(ARGV[9]), tonumber(ARGV[10])
  beneathBlock(function(state, ending)
    if cost > 0 then penalise(cost, state, ending) end
    if cost < 0 then takeBack(-cost, stamp, state, ending) end
  end)
end
return peek()
`)
