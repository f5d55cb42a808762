-- Ends a scan: moves the watermark forward and notes what the scan was.
-- KEYS[1] lease, KEYS[2] state
-- ARGV[1] fencing token, ARGV[2] watermark that the scan began with ('' for none), ARGV[3] new watermark
-- ('' leaves it), ARGV[4] number of fields to set, ARGV[5] to delete, ARGV[6] to increment
-- then name and value of each field to set, names to delete, name and increment of each counter
-- Returns OK, or FENCED where the lease or the watermark is not what it was: nothing written.
-- Atomic so that a watermark never claims more than a finished scan has covered.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'FENCED'
end
local watermark = redis.call('HGET', KEYS[2], 'watermark') or ''
if watermark ~= ARGV[2] then
  return 'FENCED'
end
if ARGV[3] ~= '' and (watermark == '' or tonumber(ARGV[3]) > tonumber(watermark)) then
  redis.call('HSET', KEYS[2], 'watermark', ARGV[3])
end
local at = 7
for i = 1, tonumber(ARGV[4]) do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = 1, tonumber(ARGV[5]) do
  redis.call('HDEL', KEYS[2], ARGV[at])
  at = at + 1
end
for i = 1, tonumber(ARGV[6]) do
  redis.call('HINCRBY', KEYS[2], ARGV[at], ARGV[at + 1])
  at = at + 2
end
return 'OK'
