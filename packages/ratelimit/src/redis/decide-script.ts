import { countersLua } from './counters-lua.ts'
import { scriptOf } from './script.ts'

/**
 * Decides any number of decisions of one shape, one after another: each a claim on every one of the same quotas, admitted
 * together or not at all. Many in one call, since a call costs Redis and Node more than a decision does.
 *
 * KEYS: the counters, decision by decision. ARGV: the deadline (0 for none), the number of quotas, five values for each,
 * and, unless all are 1, the costs in the order of the keys.
 * Replies the time, and for every claim two integers: what remains and the time to the reset in milliseconds; of a refused
 * claim -1 minus what remains and the time to wait. Of a call that comes after its deadline only the time: it counts
 * nothing, since nobody waits for it any more.
 */
export const decideScript = scriptOf(`${countersLua}
local deadline, width = tonumber(ARGV[1]), tonumber(ARGV[2])
if deadline > 0 and now > deadline then return { now } end
local quotas, checks = {}, {}
for index = 1, width do
  quotas[index] = quotaAt(5 * index - 2)
  checks[index] = meters[quotas[index].algorithm].check
end
local costsFrom = 2 + 5 * width
local reply, last = { now }, 1
local waits, remainings, resets, states, blocks, endings = {}, {}, {}, {}, {}, {}
for first = 0, #KEYS - 1, width do
  local fits = true
  for index = 1, width do
    local cost = tonumber(ARGV[costsFrom + first + index] or 1)
    local wait, remaining, reset, state, blocked, ending = checks[index](KEYS[first + index], quotas[index], cost, 0)
    if wait > 0 then fits = false end
    waits[index], remainings[index], resets[index], states[index], blocks[index], endings[index] = wait, remaining, reset, state, blocked, ending
  end
  for index = 1, width do
    local key, quota, remaining, reset = KEYS[first + index], quotas[index], remainings[index], resets[index]
    if waits[index] > 0 then
      reset = refuse(key, quota, waits[index], blocks[index])
      -- A key that is blocked has nothing left
      remaining = quota.blockMs > 0 and -1 or -1 - remaining
    elseif fits then
      local cost = tonumber(ARGV[costsFrom + first + index] or 1)
      if cost > 0 then
        meters[quota.algorithm].store(key, quota, cost, 0, states[index], endings[index])
        if quota.algorithm == 'gcra' then
          local level = states[index] + cost
          remaining = max(0, floor(quota.burst - level + rounding))
          reset = min(level, level + remaining + 1 - quota.burst) / quota.rate
        else
          remaining = remaining - cost
          if reset == 0 then reset = quota.window end
        end
      end
    end
    reply[last + 1], reply[last + 2] = remaining, toMs(reset)
    last = last + 2
  end
end
return reply
`)
