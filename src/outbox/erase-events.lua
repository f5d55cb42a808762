-- Erases events.
-- KEYS[1] outbox, KEYS[2] event index, KEYS[3] conversations
-- ARGV for each event: stream id, event id
-- Returns how many of them were there.
-- Atomic so that neither the index nor a conversation is left of an event that is gone.
local erased = 0
for i = 1, #ARGV, 2 do
  erased = erased + redis.call('XDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i])
  if redis.call('HGET', KEYS[2], ARGV[i + 1]) == ARGV[i] then
    redis.call('HDEL', KEYS[2], ARGV[i + 1])
  end
end
return erased
