-- Carries out a decision about what waits for a person.
-- KEYS[1] state
-- ARGV[1] the attention that was decided about, as JSON, ARGV[2] number of fields to set
-- then name and value of each, then names of fields to delete
-- Returns 1, or 0 where something else waits now.
-- Atomic so that a decision is never applied to what came after it.
if redis.call('HGET', KEYS[1], 'attention') ~= ARGV[1] then
  return 0
end
local at = 3
for i = 1, tonumber(ARGV[2]) do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = at, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
end
return 1
