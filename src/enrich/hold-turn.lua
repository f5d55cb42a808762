-- Takes, keeps or gives back the turn of whoever gets the conversations of a source.
-- KEYS[1] turn
-- ARGV[1] token of whoever asks, ARGV[2] how long it is kept in ms; 0 gives it back
-- Returns 1 where it is theirs now, or was until now; 0 where somebody else has it.
-- Atomic so that two never have it at once.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
