-- Gives claimed deliveries back without an attempt.
-- KEYS[1] busy, KEYS[2] due, then each delivery
-- ARGV[1] claim token, ARGV[2] when they may be attempted again, ms, ARGV[3..] id of each delivery
-- Returns how many were given back: not those whose claim is not ours any more.
-- Atomic so that nobody's newer claim is taken away.
local released = 0
for i = 3, #KEYS do
  if redis.call('HGET', KEYS[i], 'k') == ARGV[1] then
    redis.call('HDEL', KEYS[i], 'k', 'ku')
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[i])
    released = released + 1
  end
end
return released
