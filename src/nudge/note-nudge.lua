-- Notes a verified nudge of a source.
-- KEYS[1] state of the source
-- ARGV[1] the time in ms
-- Returns how many there have been.
-- Atomic so that the number and the time say the same.
redis.call('HSET', KEYS[1], 'nudged_at', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'nudges', 1)
