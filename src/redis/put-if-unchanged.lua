-- Stores a field of a hash if it still holds what was read.
-- KEYS[1] hash
-- ARGV[1] field, ARGV[2] value that was read ('' for none), ARGV[3] value to store ('' to delete)
-- Returns 1, or 0 where it has changed meanwhile.
-- Atomic so that of two changes at the same time none is lost.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
