-- Reads the snapshots of some users, and the epoch of those who are not known.
-- KEYS[i] bucket of the i-th user, the last of KEYS the state
-- ARGV[i] id of the i-th user
-- Returns the packed snapshots in the same order, false for an unknown user, then the epoch.
-- Atomic so that a user who is forgotten meanwhile is seen with a snapshot, or without one and with the epoch
-- that forgetting has raised: never without a snapshot in the epoch that their old events have.
local values = {}
for i, id in ipairs(ARGV) do
  values[i] = redis.call('HGET', KEYS[i], id)
end
values[#ARGV + 1] = redis.call('HGET', KEYS[#KEYS], 'epoch') or '0'
return values
