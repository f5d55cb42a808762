-- Takes the lease of a source, unless somebody holds it.
-- KEYS[1] lease, KEYS[2] state
-- ARGV[1] time to live, ms
-- Returns the new fencing token, or false where the lease is held.
-- Atomic so that two pollers can never hold the same token, nor one write after the other took over.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return false
end
local token = redis.call('HINCRBY', KEYS[2], 'fence', 1)
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
