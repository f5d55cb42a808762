-- Reads the snapshots of some users.
-- KEYS[i] bucket of the i-th user
-- ARGV[i] id of the i-th user
-- Returns the packed snapshots in the same order, false for an unknown user.
local values = {}
for i, id in ipairs(ARGV) do
  values[i] = redis.call('HGET', KEYS[i], id)
end
return values
