-- Gives a claimed delivery back without an attempt, to be tried again at once.
-- KEYS[1] delivery, KEYS[2] due
-- ARGV[1] delivery id, ARGV[2] claim token, ARGV[3] when the sweeper should look after it, ms
-- Returns 1, or 0 where the claim is not ours any more.
-- Atomic so that nobody's newer claim is taken away.
if redis.call('HGET', KEYS[1], 'k') ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], 'k', 'ku')
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
