-- Adds an event to an outbox, once.
-- KEYS[1] outbox, KEYS[2] event index, KEYS[3] state of its owner
-- ARGV[1] event id, ARGV[2] type, ARGV[3] event as JSON
-- Returns 1, or 0 where it is there already.
-- Atomic so that the index never points at an event that is not there.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'event', ARGV[3]))
redis.call('HINCRBY', KEYS[3], 'total_events', 1)
redis.call('HINCRBY', KEYS[3], 'events:' .. ARGV[2], 1)
return 1
