import { countersLua } from './counters-lua.ts'
import { scriptOf } from './script.ts'

/**
 * Takes so many of every counter, or as many as there are. KEYS: the counters, all of one quota. ARGV: the deadline (0 for
 * none), the five values of the quota, how many at the most, and for how many microseconds they may be used.
 * Replies the time, and for every counter two integers as a decision does, how many were taken, and their stamp.
 */
export const leaseScript = scriptOf(`${countersLua}
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return { now } end
local quota, most, hold = quotaAt(2), tonumber(ARGV[7]), tonumber(ARGV[8])
local meter = meters[quota.algorithm]
local reply, last = { now }, 1
for _, key in ipairs(KEYS) do
  local wait, remaining, reset, state, blocked, ending = meter.check(key, quota, 1, hold)
  local taken, stamp = 0, 0
  if wait > 0 then
    remaining, reset = -1 - remaining, refuse(key, quota, wait, blocked)
  else
    taken = min(most, max(1, remaining))
    stamp = meter.store(key, quota, taken, hold, state, ending)
    remaining = remaining - taken
    if reset == 0 then reset = quota.window end
  end
  reply[last + 1], reply[last + 2], reply[last + 3], reply[last + 4] = remaining, toMs(reset), taken, stamp
  last = last + 4
end
return reply
`)
