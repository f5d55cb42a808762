-- Takes deliveries that have ended and are older than the retention out of the endpoint's lists. Their
-- records expire by themselves.
-- KEYS[1..] the endpoint's deliveries by ended status
-- ARGV[1] time in ms before which a delivery has expired
-- Returns how many were taken out.
local removed = 0
for _, key in ipairs(KEYS) do
  removed = removed + redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. ARGV[1])
end
return removed
