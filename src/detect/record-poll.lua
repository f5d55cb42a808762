-- Puts a poll into the history of its source: before the newest entry, or in its place.
-- KEYS[1] lease, KEYS[2] state, KEYS[3] polls
-- ARGV[1] fencing token, or '' for a dry run, which holds no lease, ARGV[2] the newest entry as the caller knows it
-- ('' for none), ARGV[3] the entry, ARGV[4] 1 to put it in the newest one's place, ARGV[5] how many are kept,
-- ARGV[6] entries that ended before this go (unix ms), ARGV[7] how long the list is kept with nothing new (ms)
-- Returns {OK}, {FENCED} where the lease was lost or the source is gone: nothing written, or {CHANGED, newest entry or
-- ''} where that is another one: nothing written.
-- Atomic so that a poller that has lost its lease, or does not know of another process' entry, overwrites none.
if ARGV[1] == '' then
  if redis.call('EXISTS', KEYS[2]) == 0 then
    return {'FENCED'}
  end
elseif redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'FENCED'}
end
local newest = redis.call('LINDEX', KEYS[3], 0) or ''
if newest == ARGV[3] then
  -- It has been written already, and the answer was lost.
  return {'OK'}
end
if newest ~= ARGV[2] then
  return {'CHANGED', newest}
end
if ARGV[4] == '1' then
  redis.call('LSET', KEYS[3], 0, ARGV[3])
else
  redis.call('LPUSH', KEYS[3], ARGV[3])
  redis.call('LTRIM', KEYS[3], 0, tonumber(ARGV[5]) - 1)
end
local oldest = redis.call('LINDEX', KEYS[3], -1)
while oldest do
  local ended = string.match(oldest, '"to":(%d+)')
  if ended and tonumber(ended) >= tonumber(ARGV[6]) then
    break
  end
  redis.call('RPOP', KEYS[3])
  oldest = redis.call('LINDEX', KEYS[3], -1)
end
redis.call('PEXPIRE', KEYS[3], ARGV[7])
return {'OK'}
