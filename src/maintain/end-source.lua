-- Ends what detection knows of a deleted source, so that one of the same id, made again, begins with a baseline.
-- KEYS[1] lease, KEYS[2] state, KEYS[3] watermark that the source ended with
-- ARGV[1] last fencing token as it was read ('' for none), ARGV[2] epoch step, ARGV[3] how long the watermark is kept
-- in ms, ARGV[4..] state fields to delete
-- Returns 1, or 0 where somebody has begun a poll since: nothing written.
-- Atomic so that no poll finds the identity or the mode of a source whose snapshots go, and none that is at work
-- writes any more. The state then says `purged`: 0, for its snapshots are still there.
if (redis.call('HGET', KEYS[2], 'fence') or '') ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1])
local watermark = redis.call('HGET', KEYS[2], 'watermark')
if watermark then
  redis.call('SET', KEYS[3], watermark, 'PX', ARGV[3])
end
-- As where another baseline begins: what is told after it are other events than those in the log.
if redis.call('HEXISTS', KEYS[2], 'identity') == 1 then
  redis.call('HINCRBY', KEYS[2], 'epoch', ARGV[2])
end
for i = 4, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
end
redis.call('HSET', KEYS[2], 'purged', 0)
return 1
