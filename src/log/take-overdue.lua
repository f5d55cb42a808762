-- Takes the deliveries whose time is over, to be queued again.
-- KEYS[1] due
-- ARGV[1] now in ms, ARGV[2] how many at most, ARGV[3] when to look after them again, ms
-- Returns their ids.
-- Atomic so that two sweepers do not queue the same delivery.
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], ARGV[3], id)
end
return ids
