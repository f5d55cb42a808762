-- Erases deliveries of one endpoint with their attempts.
-- KEYS[1] due, KEYS[2] retries, KEYS[3] busy, KEYS[4..8] the endpoint's deliveries by status, then for each
-- delivery: its record, its attempts
-- ARGV for each delivery: its id
-- Returns how many of them were there.
-- Atomic so that a delivery is in the lists or it is not. An attempt that is under way is not recorded.
local erased = 0
for i, id in ipairs(ARGV) do
  erased = erased + redis.call('EXISTS', KEYS[7 + i * 2])
  redis.call('UNLINK', KEYS[7 + i * 2], KEYS[8 + i * 2])
  for list = 1, 8 do
    redis.call('ZREM', KEYS[list], id)
  end
end
return erased
