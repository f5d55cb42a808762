-- Lets go of unreadable rows that were first met before a time, the oldest first.
-- KEYS[1] texts of the source's unreadable rows, KEYS[2] when each row was first met
-- ARGV[1] unix ms, ARGV[2] how many at most
-- Returns how many there were.
-- Atomic so that no text stays of a row that is not remembered.
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
if #old > 0 then
  redis.call('HDEL', KEYS[1], unpack(old))
  redis.call('ZREM', KEYS[2], unpack(old))
end
return #old
