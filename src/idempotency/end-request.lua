-- Ends the request that an idempotency key stands for.
-- KEYS[1] hash of the key, KEYS[2] the owner's digests and sizes by the time from which they are kept, KEYS[3] the
-- bytes of all of these
-- ARGV[1] token of who began it, ARGV[2] fingerprint of the request, sealed, ARGV[3] answer, sealed ('' where
-- none is kept, so that the request can be made again), ARGV[4] how long it is kept, ms, ARGV[5] digest of the key,
-- ARGV[6] how many answers an owner may have kept, ARGV[7] how many bytes of them, ARGV[8] what the owner's keys begin
-- with, before a digest
-- Returns 1, or 0 where somebody else holds the key by now.
-- Atomic so that one that went on for too long does not take the place of its successor, and so that the bytes are
-- those of what is kept. Keys of one owner are of the same slot.
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

local time = redis.call('TIME')
-- To the microsecond, so that the order of two in one millisecond is theirs.
local now = time[1] * 1000000 + time[2]
local size = #ARGV[2] + #ARGV[3]

local function forget(member)
  redis.call('ZREM', KEYS[2], member)
  local digest, bytes = string.match(member, '^(%x+):(%d+)$')
  redis.call('DECRBY', KEYS[3], bytes)
  return digest
end

-- Those that ended by themselves. Bounded, for more than two a call are never needed to keep up.
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[4] * 1000, 'LIMIT', 0, 100)) do
  forget(member)
end
redis.call('ZADD', KEYS[2], now, ARGV[5] .. ':' .. size)
local bytes = redis.call('INCRBY', KEYS[3], size)
while redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not oldest then
    break
  end
  redis.call('UNLINK', ARGV[8] .. forget(oldest))
  bytes = tonumber(redis.call('GET', KEYS[3]))
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 1
