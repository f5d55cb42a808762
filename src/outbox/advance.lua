-- Notes how far the relay has got in an outbox.
-- KEYS[1] state of the source
-- ARGV[1] stream id of the last entry that has become deliveries
-- Returns 1, or 0 where the relay was further already.
-- Atomic so that a slow relay never takes the place of a faster one back.
local function parts(id)
  local ms, sequence = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(sequence)
end
local ms, sequence = parts(ARGV[1])
local relayed = redis.call('HGET', KEYS[1], 'relayed')
if relayed then
  local at_ms, at_sequence = parts(relayed)
  if at_ms > ms or (at_ms == ms and at_sequence >= sequence) then
    return 0
  end
end
redis.call('HSET', KEYS[1], 'relayed', ARGV[1])
return 1
