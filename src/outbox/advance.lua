-- Notes how far the relay has got in an outbox.
-- KEYS[1] state of the source
-- ARGV[1] stream id of the last entry that has become deliveries, ARGV[2] the place behind which these were read
-- Returns 1, or 0 where the relay was further already, or has been taken back behind that place meanwhile.
-- Atomic so that a slow relay never takes the place of a faster one back, nor jumps over what is to be fanned out again.
local function parts(id)
  local ms, sequence = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(sequence)
end
local function is_before(a, b)
  local a_ms, a_sequence = parts(a)
  local b_ms, b_sequence = parts(b)
  return a_ms < b_ms or (a_ms == b_ms and a_sequence < b_sequence)
end
local relayed = redis.call('HGET', KEYS[1], 'relayed') or '0-0'
if not is_before(relayed, ARGV[1]) or is_before(relayed, ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'relayed', ARGV[1])
return 1
