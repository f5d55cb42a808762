-- Erases events.
-- KEYS[1] outbox, KEYS[2] event index, KEYS[3] conversations, KEYS[4] state of the source
-- ARGV for each event: stream id, event id
-- Returns how many of them were there.
-- Atomic so that neither the index nor a conversation is left of an event that is gone, and so that a relay that has
-- read one sees that something is.
local erased = 0
for i = 1, #ARGV, 2 do
  erased = erased + redis.call('XDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i])
  if redis.call('HGET', KEYS[2], ARGV[i + 1]) == ARGV[i] then
    redis.call('HDEL', KEYS[2], ARGV[i + 1])
  end
end
if erased > 0 then
  redis.call('HINCRBY', KEYS[4], 'erasures', 1)
end
return erased
