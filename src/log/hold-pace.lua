-- Lets an endpoint that has a pace wait, for its receiver asked for it.
-- KEYS[1] pace
-- ARGV[1] now in ms, ARGV[2] how long, ms, ARGV[3] deliveries a second
-- Returns 1.
-- Atomic so that of two who hold it back, the longer one counts.
local now, wait, rate = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tokens, at = unpack(redis.call('HMGET', KEYS[1], 'tokens', 'at'))
-- A bucket in debt: it holds one again when the time is over.
local debt = 1 - wait * rate / 1000
local present = tonumber(tokens or 1) + math.max(0, now - tonumber(at or now)) * rate / 1000
redis.call('HSET', KEYS[1], 'tokens', math.min(present, debt), 'at', math.max(now, tonumber(at or now)))
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
