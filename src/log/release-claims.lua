-- Gives claimed deliveries back without an attempt, to the places that they had.
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, then each delivery
-- ARGV[1] claim token, ARGV[2] now in ms, ARGV[3..] id of each delivery
-- Returns how many were given back: not those whose claim is not ours any more.
-- Atomic so that nobody's newer claim is taken away.
local released = 0
for i = 4, #KEYS do
  local id = ARGV[i - 1]
  local holder, status, due_at = unpack(redis.call('HMGET', KEYS[i], 'k', 's', 'x'))
  if holder == ARGV[1] then
    redis.call('HDEL', KEYS[i], 'k', 'ku')
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[status == 'retrying' and 3 or 2], due_at or ARGV[2], id)
    released = released + 1
  end
end
return released
