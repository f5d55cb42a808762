-- Renews or releases a lease that is still one's own.
-- KEYS[1] lease
-- ARGV[1] fencing token, ARGV[2] time to live in ms, or 0 to release
-- Returns 1, or 0 where the lease was lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
