-- Drops some of what is kept of the users of a deleted source.
-- KEYS[1] state, KEYS[2..] keys to drop
-- ARGV[1] 1 with the last of them, otherwise 0
-- Returns 1, or 0 where the source is polled again: nothing dropped.
-- Atomic so that nothing goes of a source that was made again and has begun its baseline.
if redis.call('HEXISTS', KEYS[1], 'purged') == 0 then
  return 0
end
for i = 2, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
if ARGV[1] == '1' then
  redis.call('HSET', KEYS[1], 'purged', 1)
end
return 1
