-- Decides what an event says of its conversation, once and for all.
-- KEYS[1] outbox, KEYS[2] conversations
-- ARGV[1] stream id of the event, ARGV[2] the conversation as JSON, or null for none
-- Returns what is decided, which may have been decided before; false where the event is gone.
-- Atomic so that an event has the same bytes for everybody, and nothing is kept of an event that was erased.
local decided = redis.call('HGET', KEYS[2], ARGV[1])
if decided then
  return decided
end
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return false
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return ARGV[2]
