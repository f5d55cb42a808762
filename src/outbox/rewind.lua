-- Takes the place of the relay in an outbox back, so that the latest events are fanned out once more.
-- KEYS[1] state of the source
-- ARGV[1] unix ms of the first event to be looked at again
-- Returns 1, or 0 where the relay has not got so far.
-- Atomic so that a relay that moves on meanwhile is not taken back to a place that it has never seen.
local relayed = redis.call('HGET', KEYS[1], 'relayed')
if not relayed or tonumber(string.match(relayed, '^%d+')) < tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'relayed', ARGV[1] .. '-0')
return 1
