-- Ends the request that an idempotency key stands for.
-- KEYS[1] hash of the key
-- ARGV[1] token of who began it, ARGV[2] fingerprint of the request, sealed, ARGV[3] answer, sealed ('' where
-- none is kept, so that the request can be made again), ARGV[4] how long it is kept, ms
-- Returns 1, or 0 where somebody else holds the key by now.
-- Atomic so that one that went on for too long does not take the place of its successor.
local token = redis.call('HGET', KEYS[1], 't')
if token and token ~= ARGV[1] then
  return 0
end
if ARGV[3] == '' then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'f', ARGV[2], 'a', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
