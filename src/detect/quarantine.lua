-- Keeps unreadable rows, each once.
-- KEYS[1] quarantine of the source
-- ARGV[1] how many to keep at most, then for each row: digest, JSON
-- Returns how many were not there before.
-- Atomic so that the bound holds whoever writes.
local limit = tonumber(ARGV[1])
local kept = redis.call('HLEN', KEYS[1])
local new = 0
for i = 2, #ARGV, 2 do
  if kept < limit and redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    kept = kept + 1
    new = new + 1
  end
end
return new
