-- Removes old events that the relay has fanned out.
-- KEYS[1] outbox, KEYS[2] event index, KEYS[3] state of the source, KEYS[4] conversations
-- ARGV[1] time in ms: events before it go, ARGV[2] how many at most
-- Returns how many went.
-- Atomic so that neither the index nor a conversation is left of an event that is gone, and so that nothing goes that the relay
-- has not taken, however old it is.
local relayed = redis.call('HGET', KEYS[3], 'relayed')
if not relayed then
  return 0
end
local ms, sequence = string.match(relayed, '^(%d+)%-(%d+)$')
ms, sequence = tonumber(ms), tonumber(sequence)
local entries = redis.call('XRANGE', KEYS[1], '-', '(' .. ARGV[1], 'COUNT', ARGV[2])
local removed = 0
for _, entry in ipairs(entries) do
  local at, n = string.match(entry[1], '^(%d+)%-(%d+)$')
  at, n = tonumber(at), tonumber(n)
  if at > ms or (at == ms and n > sequence) then
    break
  end
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'id' then
      redis.call('HDEL', KEYS[2], entry[2][i + 1])
    end
  end
  redis.call('XDEL', KEYS[1], entry[1])
  redis.call('HDEL', KEYS[4], entry[1])
  removed = removed + 1
end
return removed
